# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What resolvers read from web servers."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException, HTTPResponse

from ..syntax.errors import SpecError

# Seconds without a byte.
_TIMEOUT = 60


@contextmanager
def answer_of(url: str, method: str = "GET") -> Iterator[HTTPResponse]:
    """The answer to a request, to be read in the context. Raises SpecError if it does not arrive whole."""
    try:
        request = urllib.request.Request(url, method=method)
        with urllib.request.build_opener().open(request, timeout=_TIMEOUT) as answer:
            yield answer
    except (OSError, HTTPException, ValueError) as error:
        raise SpecError(f"{url} cannot be downloaded: {getattr(error, 'reason', None) or error}") from None
