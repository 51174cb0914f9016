"""Every sentence that the sandbox says, in English and Dutch, and the amounts within them."""

from __future__ import annotations

from typing import Literal

from giftill.sandbox.problems import ErrorType

Language = Literal["en", "nl"]

_SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£"}

TITLES: dict[ErrorType, tuple[str, str]] = {
    ErrorType.TRANSACTION: ("Giftcard transaction error", "Fout in cadeaubontransactie"),
    ErrorType.NOT_FOUND: ("Not found", "Niet gevonden"),
    ErrorType.VALIDATION: ("Validation error", "Validatiefout"),
    ErrorType.AUTHENTICATION: ("Unauthenticated", "Niet aangemeld"),
    ErrorType.METHOD: ("Method not allowed", "Methode niet toegestaan"),
    ErrorType.REQUEST: ("Invalid request", "Ongeldig verzoek"),
    ErrorType.RATE_LIMIT: ("Too many requests", "Te veel verzoeken"),
    ErrorType.SERVER: ("Server error", "Serverfout"),
}

TEXTS: dict[str, tuple[str, str]] = {
    "settled_already": (
        "The transaction {} has been captured or released already.",
        "De transactie {} is al geïnd of vrijgegeven.",
    ),
    "not_capturable": (
        "The transaction {} is not a reservation that can be captured or released.",
        "De transactie {} is geen reservering die geïnd of vrijgegeven kan worden.",
    ),
    "not_refundable": (
        "The transaction {} can't be refunded: only a captured redeem transaction can.",
        "De transactie {} kan niet worden terugbetaald: dat kan alleen met een geïnde inwisseling.",
    ),
    "refund_too_large": (
        "The amount is more than the {} of the transaction that has not been refunded yet.",
        "Het bedrag is hoger dan de {} van de transactie die nog niet is terugbetaald.",
    ),
    "insufficient_balance": (
        "The gift card does not have enough balance: {} is available.",
        "Het saldo van de cadeaubon is niet toereikend: er is {} beschikbaar.",
    ),
    "card_expired": (
        "The gift card has expired.",
        "De cadeaubon is verlopen.",
    ),
    "card_not_activated": (
        "The gift card has not been activated yet.",
        "De cadeaubon is nog niet geactiveerd.",
    ),
    "issued_already": (
        "The gift card can't be issued: transactions have been made on it already.",
        "De cadeaubon kan niet worden uitgegeven: er zijn al transacties mee gedaan.",
    ),
    "not_expired": (
        "The gift card can't be extended: it has not expired.",
        "De cadeaubon kan niet worden verlengd: hij is niet verlopen.",
    ),
    "not_extendable": (
        "The gift card can't be extended: re-activation is not allowed for this card.",
        "De cadeaubon kan niet worden verlengd: heractiveren is voor deze bon niet toegestaan.",
    ),
    "card_not_found": (
        "The gift card could not be found.",
        "De cadeaubon is niet gevonden.",
    ),
    "transaction_not_found": (
        "The transaction could not be found.",
        "De transactie is niet gevonden.",
    ),
    "package_not_found": (
        "The package could not be found.",
        "Het pakket is niet gevonden.",
    ),
    "route_not_found": (
        "There is nothing at this address.",
        "Op dit adres is niets te vinden.",
    ),
    "method_not_allowed": (
        "The {} method is not supported here. Supported methods: {}.",
        "De methode {} wordt hier niet ondersteund. Wel ondersteund: {}.",
    ),
    "unauthenticated": (
        "Unauthenticated: the API token is missing or not valid.",
        "Niet aangemeld: het API-token ontbreekt of is ongeldig.",
    ),
    "too_many_requests": (
        "Too many requests. Try again in {} seconds.",
        "Te veel verzoeken. Probeer het over {} seconden opnieuw.",
    ),
    "body_not_json": (
        "The body of the request is not valid JSON.",
        "De inhoud van het verzoek is geen geldige JSON.",
    ),
    "body_not_object": (
        "The body of the request must be a JSON object.",
        "De inhoud van het verzoek moet een JSON-object zijn.",
    ),
    "body_too_large": (
        "The body of the request is too large.",
        "De inhoud van het verzoek is te groot.",
    ),
    "not_json_content": (
        "Send the body as JSON, with the header Content-Type: application/json.",
        "Verstuur de inhoud als JSON, met de header Content-Type: application/json.",
    ),
    "bad_request": (
        "The request could not be understood.",
        "Het verzoek kon niet worden begrepen.",
    ),
    "server_error": (
        "Something went wrong on our end.",
        "Er is iets misgegaan aan onze kant.",
    ),
    "required": (
        "The {} field is required.",
        "Het veld {} is verplicht.",
    ),
    "integer": (
        "The {} must be an integer.",
        "Het veld {} moet een geheel getal zijn.",
    ),
    "boolean": (
        "The {} field must be true or false.",
        "Het veld {} moet waar of onwaar zijn.",
    ),
    "string": (
        "The {} must be a string.",
        "Het veld {} moet een tekst zijn.",
    ),
    "between": (
        "The {} must be between {} and {}.",
        "Het veld {} moet tussen {} en {} liggen.",
    ),
    "too_long": (
        "The {} may not be longer than {} characters.",
        "Het veld {} mag niet langer zijn dan {} tekens.",
    ),
    "currency_differs": (
        "The {} must be {}, the currency of the gift card.",
        "Het veld {} moet {} zijn, de valuta van de cadeaubon.",
    ),
    "package_currency": (
        "The {} does not have the currency of the gift card.",
        "Het veld {} heeft niet de valuta van de cadeaubon.",
    ),
    "unknown_choice": (
        "The selected {} is invalid.",
        "Het gekozen veld {} is ongeldig.",
    ),
    "inactive_package": (
        "The selected {} is not available for purchase.",
        "Het gekozen veld {} is niet te koop.",
    ),
    "amount_or_package": (
        "The {} can't be combined with an amount.",
        "Het veld {} kan niet samen met een bedrag worden gebruikt.",
    ),
    "date": (
        "The {} is not a valid date.",
        "Het veld {} is geen geldige datum.",
    ),
    "future": (
        "The {} must be a date in the future.",
        "Het veld {} moet een datum in de toekomst zijn.",
    ),
}


def say(language: Language, text: str, *values: str) -> str:
    """The sentence for a key, with its values filled in."""
    return TEXTS[text][language == "nl"].format(*values)


def title(language: Language, kind: ErrorType) -> str:
    """The `title` of an error that is not about one field."""
    return TITLES[kind][language == "nl"]


def amount(cents: int, currency: str) -> str:
    """Write an amount as the page's descriptions do: `€ 1.250,00`."""
    whole, rest = divmod(abs(cents), 100)
    return f"{_SYMBOLS.get(currency, currency)} {whole:,}".replace(",", ".") + f",{rest:02d}"


def preferred_language(accept_language: str) -> Language:
    """Read `Accept-Language`: Dutch when it is wanted more than English, else English."""
    weights = {"en": 0.0, "nl": 0.0}
    for part in accept_language.lower().split(","):
        tag, _, parameters = part.strip().partition(";")
        primary = tag.strip().split("-")[0]
        if primary in weights:
            weights[primary] = max(weights[primary], _weight(parameters))
    return "nl" if weights["nl"] > weights["en"] else "en"


def _weight(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
