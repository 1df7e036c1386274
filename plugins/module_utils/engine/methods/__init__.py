# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""How a managed file gets into the home, and out of it again: one file a method.

A new method is one file here, with an instance of a subclass of `planning.method.Method` as METHOD, and its name among
the values of the option `home.file.<name>.method`. It is imported when a manifest or the ledger names it.
"""
