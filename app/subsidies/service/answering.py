"""What the bank answered, held against the very file that was sent: any doubt refuses the whole answer."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.bank_account import AccountKind, check_account
from app.core.crypto import Keyring
from app.core.errors import Conflict, Invalid
from app.core.files import open_file
from app.core.identity import normalise_id_number
from app.core.models import KeptFile
from app.core.money import Money
from app.core.names import normalise_name
from app.core.reasons import Reason, reason
from app.subsidies.commands import BankReply, BankReturns, SentLine
from app.subsidies.models import PayFile, PayFileLine, SubsidyRun
from app.subsidies.readers import read_sent
from app.subsidies.rules.grounds import Grounds, check_reference, tidy_reference

MOST_LISTED = 20  # differences named in one refusal


def match(
    session: Session, keyring: Keyring | None, file: PayFile, lines: Sequence[PayFileLine], returns: BankReturns
) -> dict[int, BankReply]:
    """Each sent line with its reply. Raises `Invalid` on `returns` with the first differences; nothing is settled then.

    ValueError for an answer that names accounts where no keyring was given to look into the sent file with.
    """
    if returns.file_numbers - {file.number}:
        raise Invalid({"returns": [reason("subsidies.returns.other_file", number=file.number)]})
    wanted = {line.sequence: line for line in lines if line.sequence is not None}
    sent = _sent(session, keyring, file) if any(_tells_whom(reply) for reply in returns.replies) else {}
    answers: dict[int, BankReply] = {}
    wrong: list[Reason] = []
    for reply in returns.replies:
        found = list(_wrong(reply, wanted.get(reply.sequence), reply.sequence in answers, sent.get(reply.sequence)))
        wrong += found
        if not found:
            answers[reply.sequence] = reply
    missing = [number for number in wanted if number not in answers]
    if missing and not wrong:
        counts = {"said": len(answers), "sent": len(wanted), "missing": len(missing)}
        wrong = [reason("subsidies.returns.partial", which=missing[:MOST_LISTED], **counts)]
    if wrong:
        raise Invalid({"returns": wrong[:MOST_LISTED]})
    return answers


def refuse_replayed(session: Session, run: SubsidyRun, file: PayFile, returns: BankReturns) -> None:
    """What the bank answered to one file settles no other. Waits for whoever settles another run of the county at this moment."""
    files = select(PayFile.id).join(SubsidyRun, SubsidyRun.id == PayFile.run_id)
    session.execute(
        files.where(SubsidyRun.county_code == run.county_code).order_by(PayFile.id).with_for_update(of=PayFile)
    )
    number = session.scalar(
        select(PayFile.number).where(PayFile.returns_sha256 == returns.sha256, PayFile.id != file.id).limit(1)
    )
    if number is not None:
        raise Conflict(reason("subsidies.returns.replayed", other=number, number=file.number))


def checked_word(file: PayFile, taken_on: Grounds | None) -> Grounds:
    """The grounds on which an answer that names no file is taken for this one's, with a tidy reference.

    `Invalid` on `returns` where nobody gave their word, on `answer_reference` for a paper without a number.
    """
    if taken_on is None:
        raise Invalid({"returns": [reason("subsidies.returns.unnamed", number=file.number)]})
    reference = tidy_reference(taken_on.reference)
    wrong = check_reference(reference) if reference else (reason("subsidies.flag.needs_paper"),)
    if wrong:
        raise Invalid({"answer_reference": list(wrong)})
    return Grounds(taken_on.code, reference)


def compare_with_sent(session: Session, keyring: Keyring, file: PayFile, content: bytes, name: str) -> list[Reason]:
    """Nothing where the content is the sent file to the byte; else what differs, line by line as far as it can be read."""
    if hashlib.sha256(content).hexdigest() == file.sha256:
        return []
    try:
        shown = read_sent(content, name)
    except Invalid as not_read:
        return [reason("subsidies.compare.differs", number=file.number), *not_read.errors["returns"]]
    except (ValueError, ArithmeticError):
        return [reason("subsidies.compare.differs", number=file.number)]
    sent = _sent(session, keyring, file)
    numbers = [number for number in sorted({*sent, *shown}) if sent.get(number) != shown.get(number)]
    lines = [reason("subsidies.compare.lines", count=len(numbers), which=numbers[:MOST_LISTED])] if numbers else []
    return [reason("subsidies.compare.differs", number=file.number), *lines]


def _wrong(reply: BankReply, line: PayFileLine | None, is_twice: bool, sent: SentLine | None) -> Iterator[Reason]:
    if line is None:
        yield reason("subsidies.returns.unknown", sequence=reply.sequence)
    elif is_twice:
        yield reason("subsidies.returns.twice", sequence=reply.sequence)
    elif reply.amount.fen != line.amount_fen:
        sums = {"sent": Money(line.amount_fen), "said": reply.amount}
        yield reason("subsidies.returns.amount", sequence=reply.sequence, **sums)
    elif sent is not None:
        for column, is_same in _compared(reply, sent):
            if not is_same:
                column_name = reason(f"subsidies.returns.column.{column}")
                yield reason("subsidies.returns.differs", row=reply.row, column=column_name)


def _tells_whom(reply: BankReply) -> bool:
    return reply.payee is not None or reply.account is not None or reply.id_number is not None


def _compared(reply: BankReply, sent: SentLine) -> Iterator[tuple[str, bool]]:
    if reply.payee is not None:
        yield "payee", normalise_name(reply.payee) == normalise_name(sent.payee)
    if reply.account is not None:
        yield "account", _digits(reply.account) == _digits(sent.account)
    if reply.id_number is not None:
        yield "id_number", normalise_id_number(reply.id_number) == normalise_id_number(sent.id_number)


def _digits(account: str) -> str:
    return check_account(account, AccountKind.PASSBOOK).number


def _sent(session: Session, keyring: Keyring | None, file: PayFile) -> dict[int, SentLine]:
    if keyring is None:
        raise ValueError("keyring")
    kept = session.get_one(KeptFile, file.file_id)
    return read_sent(open_file(session, keyring, kept), kept.name)
