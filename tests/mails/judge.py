"""Reads mails as Python's email package does, strictly, and says what is wrong with them.

Usage: judge.py FOLDER [SCORES]. SCORES is what `spamassassin -L -t` printed for the mails in the order of their names.
Exit 1: something is wrong; each line names the mail.
"""

import email
import email.policy
import pathlib
import re
import sys

MOST_SCORE = 3.0


def judge(path):
    raw = path.read_bytes()
    if any(len(line) > 998 for line in raw.split(b"\r\n")):
        yield "a line is longer than 998 bytes"
    if b"\n" in raw.replace(b"\r\n", b""):
        yield "a line does not end in CRLF"
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    for name in ("From", "To", "Subject", "Date", "Message-ID", "MIME-Version"):
        if len(mail.get_all(name, [])) != 1:
            yield f"{name} does not stand there once"
        elif mail[name].defects:
            yield f"{name}: {mail[name].defects}"
    for part in mail.walk():
        if part.defects:
            yield f"{part.get_content_type()}: {part.defects}"
    plain, page = mail.get_body(("plain",)), mail.get_body(("html",))
    if plain is None or page is None:
        yield "it has not both a text and a page"
        return
    text, html = plain.get_content(), page.get_content()
    for name, content in (("text", text), ("page", html)):
        if "{{" in content or "}}" in content:
            yield f"a tag is left in the {name}"
        if not content.strip():
            yield f"the {name} is empty"
    if len(html.encode()) > 102 * 1024:
        yield "Gmail would cut it off"
    if not re.search(r"<html[^>]* lang=\"[a-z]{2}", html) or "<title></title>" in html or "<title>" not in html:
        yield "the page has no language or no title"
    pictures = {part["Content-ID"].strip("<>") for part in mail.walk() if part["Content-ID"]}
    for named in re.findall(r"cid:([^\"')]+)", html):
        if named not in pictures:
            yield f"the picture {named} is not in the mail"


def scores(path):
    found = re.findall(r"^X-Spam-Status: \S+ score=(-?[\d.]+)", path.read_text(errors="replace"), re.M)
    return [float(score) for score in found]


def main():
    mails = sorted(pathlib.Path(sys.argv[1]).glob("*.eml"))
    wrong = [f"{path.name}: {what}" for path in mails for what in judge(path)]
    if len(sys.argv) > 2:
        given = scores(pathlib.Path(sys.argv[2]))
        if len(given) != len(mails):
            wrong.append(f"SpamAssassin judged {len(given)} of {len(mails)} mails")
        for path, score in zip(mails, given):
            if score >= MOST_SCORE:
                wrong.append(f"{path.name}: SpamAssassin gives it {score}")
        if given:
            print(f"SpamAssassin: {min(given)} to {max(given)}, below {MOST_SCORE} is asked for")
    if not mails:
        wrong.append("there are no mails")
    print("\n".join(wrong) or f"{len(mails)} mails, nothing wrong")
    sys.exit(1 if wrong else 0)


main()
