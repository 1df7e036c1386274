# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the two engines exchange, as classes with `of(json)` and `json()`; each door checks once what comes in.

- `errors`: EngineError and its kinds.
- `manifest`: what one generation is; `entries`: its files; `objects`: the contents that they refer to by ID.
- `parameter`: the parameters of requests, which the verbs declare; `answers`: what the engine answers.
- `operations`, `outcomes`: the parts of answers; `package`, `services`: the parts of manifests.
- `records`: what the ledger keeps of each managed path.
- `facts`: what a specification can ask of a machine.
- `bundle`: a manifest with contents, as it travels; `canonical`: the canonical text of a JSON value, and its digest.

Imports nothing else of the engine, so that the controller can import it. `typing` is not imported at run time either,
here and wherever a switch without changes passes: it would cost a tenth of what the engine does then.
"""
