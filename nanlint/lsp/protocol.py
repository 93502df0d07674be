"""The rules of the conversation: what is answered to a broken, early or late message, and how it ends."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Mapping

from lsprotocol.types import (
    EXIT,
    INITIALIZE,
    NOTEBOOK_DOCUMENT_DID_CHANGE,
    NOTEBOOK_DOCUMENT_DID_CLOSE,
    NOTEBOOK_DOCUMENT_DID_OPEN,
    TEXT_DOCUMENT_DID_CHANGE,
    TEXT_DOCUMENT_DID_CLOSE,
    TEXT_DOCUMENT_DID_OPEN,
    ErrorCodes,
)
from pygls.exceptions import JsonRpcException
from pygls.protocol import LanguageServerProtocol, lsp_method

logger = logging.getLogger(__name__)

OWN_DOCUMENTS = {
    "lsp_text_document__did_open": TEXT_DOCUMENT_DID_OPEN,
    "lsp_text_document__did_change": TEXT_DOCUMENT_DID_CHANGE,
    "lsp_text_document__did_close": TEXT_DOCUMENT_DID_CLOSE,
    "lsp_notebook_document__did_open": NOTEBOOK_DOCUMENT_DID_OPEN,
    "lsp_notebook_document__did_change": NOTEBOOK_DOCUMENT_DID_CHANGE,
    "lsp_notebook_document__did_close": NOTEBOOK_DOCUMENT_DID_CLOSE,
}
"""What the session does itself: pygls would end lines at form feeds and take changes of closed documents for errors."""


class Protocol(LanguageServerProtocol):
    """pygls' protocol; a message that cannot be understood gets the answer that JSON-RPC has for it."""

    ended: asyncio.Future[int]
    """The exit code, once the client says that it is over."""

    def hear(self, body: bytes) -> None:
        """Handles one message, whatever is in it."""
        try:
            data = json.loads(body)
        except (ValueError, RecursionError) as error:
            self._refuse(None, ErrorCodes.ParseError, f"not JSON: {error}")
            return
        if not isinstance(data, dict) or data.get("jsonrpc") != "2.0":
            self._refuse(None, ErrorCodes.InvalidRequest, "not a JSON-RPC 2.0 message")
            return
        if (refusal := self._out_of_turn(data)) is not None:
            if "id" in data and "method" in data:
                self._refuse(data["id"], *refusal)
            return
        try:
            message = self.structure_message(data)
        except JsonRpcException as error:
            if "id" in data and "method" in data:
                self._refuse(data["id"], ErrorCodes.InvalidParams, f"{data['method']}: {error.message}")
            else:
                logger.warning("message of %s cannot be understood: ignored", data.get("method", "no method"))
            return
        self.handle_message(message)

    def _out_of_turn(self, data: Mapping[str, object]) -> tuple[int, str] | None:
        """Code and text for a message that comes too early or too late."""
        method = data.get("method")
        if method is None or method == EXIT:
            return None
        if self._shutdown:
            return ErrorCodes.InvalidRequest, "the server was shut down"
        begun = self._workspace is not None
        if not begun and method != INITIALIZE:
            return ErrorCodes.ServerNotInitialized, "the first request is `initialize`"
        if begun and method == INITIALIZE:
            return ErrorCodes.InvalidRequest, "the server is initialized already"
        return None

    def _refuse(self, number: object, code: int, message: str) -> None:
        logger.warning("%s", message)
        error = {"code": int(code), "message": message}
        self._send_data({"jsonrpc": "2.0", "id": number, "error": error})

    @lsp_method(EXIT)
    def lsp_exit(self, *_: object) -> None:  # type: ignore[override]  # pygls would end the process itself
        """The client wants the process to end: well if it asked for a shutdown before."""
        if not self.ended.done():
            self.ended.set_result(0 if self._shutdown else 1)


def _passed_on(method: str) -> Callable[[Protocol, object], None]:
    """A handler that leaves the message to the session. It is no generator: pygls would keep a future of each."""

    @lsp_method(method)
    def handler(self: Protocol, params: object) -> None:
        found = self.fm.features.get(method)
        if found is not None:
            found(params)

    return handler


for _name, _method in OWN_DOCUMENTS.items():
    setattr(Protocol, _name, _passed_on(_method))
