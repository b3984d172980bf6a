"""What a statement lacks for its next step, and who wrote any of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import func, or_, select
from sqlmodel import col

from cma_app.access.acts import Act
from cma_app.clock import today
from cma_app.printing.content import StatementContent
from cma_app.rules.financial_statement import partner_lines
from cma_app.rules.reconcile import findings
from cma_app.services.authorities import list_authorities, without_authority
from cma_app.services.centre_settings import always_verifies
from cma_app.services.consents import consents_of, standing
from cma_app.services.offers import CaseOffers, OfferDebt, read_offers
from cma_app.services.partners import partner_of
from cma_app.services.statement_content import SETTLED, creditors_on
from cma_app.session import CentreSession
from models import AuditLog, BudgetSheet, Case, Centre, Client, Statement, User

CARRIED: Final = tuple(
    act.value for act in (Act.BUDGET_RECORD, Act.OFFER_RECORD, Act.DEBT_RECORD, Act.DEBT_REMOVE)
)
"""What writes the figures that one statement takes over from before; the household's too."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that stands between a statement and its next step, and the tab that mends it.

    `part` is the id of the box on that tab, where there is one.
    """

    sentence: str
    tab: str
    part: str = ""


def gaps_of(session: CentreSession, statement: Statement, content: StatementContent) -> list[Gap]:
    """Return what keeps a statement from being completed, in the order of the tabs."""
    sheet = session.require(BudgetSheet, statement.budget_sheet_id)
    found = []
    if content.client.date_of_birth is None:
        found.append(Gap("Record the client's date of birth.", "client"))
    if content.partner is not None and content.partner.date_of_birth is None:
        found.append(Gap(f"Record the date of birth of {content.partner.name}.", "household"))
    if sheet.household_id is None:
        found.append(Gap("Record who lives in the household.", "household"))
    if not (sheet.income_details or sheet.expense_details):
        found.append(Gap("The budget has no lines yet.", "budget"))
    for group in content.groups:
        if group.guideline and group.guideline.status == "over_unexplained":
            words = f"{group.label} is over the spending guideline: say why."
            found.append(Gap(words, "budget", f"explain-{group.key}"))
    offers = read_offers(session, statement.case_id)
    if offers.problem:
        found.append(Gap(offers.problem, "offers"))
    elif not offers.is_saved and offers.debts:
        found.append(Gap("The offers have not been saved.", "offers"))
    elif offers.is_stale:
        found.append(Gap("The saved offers are out of date: save them again.", "offers"))
    if offers.plan is not None and offers.plan.to_decide:
        every = offers.sharing.method == "manual"
        found.append(Gap(f"Decide each {'' if every else 'priority '}offer.", "offers"))
    found += _gaps_of_two(sheet, content, offers)
    found += [Gap(sentence, "budget") for sentence in findings(content)]
    return found


def _gaps_of_two(sheet: BudgetSheet, content: StatementContent, offers: CaseOffers) -> list[Gap]:
    """Return what of the partner a single statement would tell, and what a joint one lacks."""
    if sheet.is_joint:
        words = "A joint statement needs the partner on the case."
        return [Gap(words, "household")] if content.partner is None else []
    found = []
    codes = [*sheet.income_details, *sheet.expense_details]
    if partner_lines(codes, content.statement_date):
        found.append(Gap("A single sheet has the partner's lines: make it joint.", "budget"))
    theirs = dict.fromkeys(debt.creditor for debt in offers.debts if _is_partners(debt))
    if theirs:
        words = f"A single statement would tell of {', '.join(theirs)}, owed by the partner alone:"
        found.append(Gap(f"{words} make the sheet joint, or take it off the debts.", "debts"))
    return found


def _is_partners(debt: OfferDebt) -> bool:
    """Say whether a debt that is printed is the partner's alone."""
    is_printed = debt.status not in SETTLED and debt.liability != "not_liable"
    return debt.owed_by == "partner" and is_printed


@dataclass(frozen=True, slots=True)
class Signer:
    """Somebody who has to confirm a statement; the rest is empty until they did."""

    client_id: int
    name: str
    is_second: bool = False
    confirmed_at: datetime | None = None
    how: str | None = None


def signers_of(session: CentreSession, statement: Statement) -> list[Signer]:
    """Return who has to confirm a statement: the client, and of a joint one the partner too."""
    case = session.require(Case, statement.case_id)
    sheet = session.require(BudgetSheet, statement.budget_sheet_id)
    client, partner = session.require(Client, case.client_id), partner_of(session, case)
    did = statement.confirmed_client_id == client.id
    first = Signer(
        client.id,
        client.full_name,
        confirmed_at=statement.confirmed_at if did else None,
        how=statement.confirmed_how if did else None,
    )
    if partner is None or not sheet.is_joint:
        return [first]
    did = statement.partner_client_id == partner.id
    return [
        first,
        Signer(
            partner.id,
            partner.full_name,
            is_second=True,
            confirmed_at=statement.partner_confirmed_at if did else None,
            how=statement.partner_confirmed_how if did else None,
        ),
    ]


def sending_gaps_of(session: CentreSession, statement: Statement) -> list[Gap]:
    """Return what keeps a confirmed statement from being sent (CONC 8.5.1R), for each person.

    On a joint statement everybody needs an authority for each creditor they owe; a single one is
    about the client's.
    """
    case = session.require(Case, statement.case_id)
    signers = signers_of(session, statement)
    given = list_authorities(session, case.id)
    found = []
    for signer in signers:
        who = signer.name if signers[1:] else "The client"
        tab = "household" if signer.is_second else "client"
        sharing = standing(consents_of(session, signer.client_id)).get("sharing")
        if sharing is not None and not sharing.is_given:
            found.append(Gap(f"{who} withdrew consent to share with creditors.", tab))
        theirs = [each for each in given if each.client_id == signer.client_id]
        missing = without_authority(theirs, _owed(session, case, signer, signers), today())
        if missing:
            rest = f" and {len(missing) - 3} more" if missing[3:] else ""
            of = f" of {signer.name}" if signers[1:] else ""
            words = f"No live authority{of} for {', '.join(missing[:3])}{rest}."
            found.append(Gap(words, "statement"))
    return found


def _owed(
    session: CentreSession, case: Case, signer: Signer, signers: list[Signer]
) -> dict[int, str]:
    if not signers[1:]:
        return creditors_on(session, case.id)
    return creditors_on(session, case.id, ("partner" if signer.is_second else "client", "joint"))


def needs_verification_of(session: CentreSession, statement: Statement) -> bool:
    """Say whether another person must verify: a trainee wrote it, or the centre always asks."""
    centre = session.get(Centre, statement.centre_id)
    if centre is not None and always_verifies(centre):
        return True
    authors = authors_of(session, statement)
    trainees = select(col(User.id)).where(
        col(User.centre_id) == statement.centre_id,
        col(User.id).in_(authors),
        col(User.role) == "trainee",
    )
    return bool(authors) and session.execute(trainees.limit(1)).first() is not None


def authors_of(session: CentreSession, statement: Statement) -> set[int]:
    """Return who wrote any of a statement, as far as the log tells.

    A revised sheet, its household and the debts are carried over, so who wrote them earlier in the
    case counts; who prepared an earlier statement does not.
    """
    sheet = session.require(BudgetSheet, statement.budget_sheet_id)
    logged = (
        select(col(AuditLog.user_id))
        .where(
            col(AuditLog.centre_id) == statement.centre_id,
            col(AuditLog.case_id) == statement.case_id,
            col(AuditLog.user_id).is_not(None),
            or_(
                col(AuditLog.action).in_(CARRIED),
                (col(AuditLog.action) == Act.STATEMENT_PREPARE.value)
                & (col(AuditLog.timestamp) >= sheet.created_at),
            ),
        )
        .distinct()
    )
    known = {statement.created_by, statement.completed_by, sheet.created_by, sheet.updated_by}
    known |= set(session.execute(logged).scalars())
    return {each for each in known if each}


def newest_sheet_of(session: CentreSession, case: Case) -> BudgetSheet | None:
    """Return a case's newest budget sheet, if it has one."""
    newest = select(func.max(col(BudgetSheet.sheet_no))).where(
        col(BudgetSheet.centre_id) == case.centre_id,
        col(BudgetSheet.case_id) == case.id,
        col(BudgetSheet.deleted_at).is_(None),
    )
    found = session.execute(
        select(col(BudgetSheet.id)).where(
            col(BudgetSheet.centre_id) == case.centre_id,
            col(BudgetSheet.case_id) == case.id,
            col(BudgetSheet.sheet_no) == newest.scalar_subquery(),
        )
    ).scalar_one_or_none()
    return session.require(BudgetSheet, found) if found is not None else None
