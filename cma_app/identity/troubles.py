"""Why an answer of a provider is not believed: a word for the log, a sentence for the admin."""

from typing import Final

from cma_app.errors import CmaError

SENTENCES: Final[dict[str, str]] = {
    "unreachable": "The provider does not answer. Check the issuer, and that it can be reached.",
    "slow": "The provider did not answer in time.",
    "too_large": "The provider's answer is larger than such an answer can be.",
    "redirected": "The provider sends us to another address. Enter the issuer it names itself.",
    "not_https": "The provider names an address that does not begin with https.",
    "not_public": "The provider's name leads into a private network. An operator can allow it:"
    " CMA_SSO_PRIVATE_HOSTS.",
    "bad_status": "The provider answers with an error. Check the issuer.",
    "not_json": "What the provider answers is not what an OpenID Connect provider says.",
    "other_issuer": "The provider names another issuer. Enter exactly the one it names.",
    "no_endpoint": "The provider does not say where people sign in.",
    "no_pkce": "The provider does not say that it takes PKCE with S256.",
    "no_algorithm": "The provider signs with no algorithm that we trust (RS256, PS256, ES256 and"
    " their longer ones, EdDSA).",
    "no_code_flow": "The provider does not offer the code flow.",
    "no_keys": "The provider shows no key that can be used.",
}
"""Each trouble that a tried connection shows; a callback has more, which the log alone names."""


class NotProven(CmaError):
    """The provider's answer proves nothing; `reason` is one word of ours for the log."""

    sentence = (
        "Your organisation's sign-in could not be completed. Try again; if it happens twice, tell"
        " your manager."
    )

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__()

    @property
    def explained(self) -> str:
        """Return the sentence for the admin who sets the provider."""
        return SENTENCES.get(self.reason, SENTENCES["not_json"])
