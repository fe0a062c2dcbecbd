"""What SpamAssassin and rspamd think of every mail in every language, by their local rules."""

import re
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest
from blackbox import rspamd
from blackbox.mail_programs import MailServer, Recorder
from blackbox.programs import program
from blackbox.rspamd import Rspamd

pytestmark = pytest.mark.slow

LANGUAGES = ["en", "de", "fr", "es", "it", "pt-BR", "pt-PT", "nl", "pl", "ja", "ko", "zh-CN", "zh-TW", "ar", "he"]
KINDS = ["code", "notice", "invitation"]
MOST = 0.5
# What is about the way a mail came, which a mail of a test did not come.
NOT_OF_THE_MAIL = {
    "spamassassin": {"NO_RECEIVED", "NO_RELAYS", "MISSING_HEADERS"},
    "rspamd": {
        "RCVD_COUNT_ZERO",
        "HFILTER_HOSTNAME_UNKNOWN",
        "HFILTER_FROMHOST_NORES_A_OR_MX",
    },
}


@pytest.fixture(scope="module")
def mails(tmp_path_factory):
    """Every mail as a file, by kind and language."""
    folder = tmp_path_factory.mktemp("mails")
    with MailServer(Recorder()) as server:
        for kind in KINDS:
            for language in LANGUAGES:
                command = [program("poolhouse"), "mail", "test", "--to", "ada@example.com"]
                command += ["--language", language, "--kind", kind]
                command += ["--smtp", f"smtp://127.0.0.1:{server.port}"]
                command += ["--mail-from", "Poolhouse <no-reply@example.com>"]
                subprocess.run(command, check=True, capture_output=True, cwd=folder)
        for envelope, (kind, language) in zip(
            server.handler.envelopes, [(kind, language) for kind in KINDS for language in LANGUAGES]
        ):
            (folder / f"{kind}-{language}.eml").write_bytes(envelope.original_content)
    return sorted(folder.glob("*.eml"))


def scored(rules, ours):
    """The score of the rules that are about the mail, and their names."""
    kept = {name: score for name, score in rules.items() if name not in ours}
    return sum(kept.values()), {name: score for name, score in kept.items() if score > 0}


def too_high(mails, judge, ours):
    with ThreadPoolExecutor(2) as executor:
        scores = dict(zip([mail.stem for mail in mails], executor.map(judge, mails)))
    assert len(scores) == len(LANGUAGES) * len(KINDS)
    results = {mail: scored(rules, ours) for mail, rules in scores.items()}
    return {mail: result for mail, result in results.items() if result[0] >= MOST}


@pytest.mark.skipif(not shutil.which("spamassassin"), reason="SpamAssassin is not installed")
def test_spamassassin_finds_nothing(mails):
    def judge(mail):
        command = ["spamassassin", "-L", "-t"]
        said = subprocess.run(command, stdin=mail.open("rb"), capture_output=True, check=True).stdout.decode()
        report = said[said.index("Content analysis details:") :]
        rules = {m[2]: float(m[1]) for m in re.finditer(r"^\s*(-?\d+\.\d+) ([A-Z][A-Z0-9_]+)", report, re.M)}
        assert rules, said
        return rules

    assert too_high(mails, judge, NOT_OF_THE_MAIL["spamassassin"]) == {}


@pytest.mark.skipif(rspamd.missing() is not None, reason=str(rspamd.missing()))
def test_rspamd_finds_nothing(mails, tmp_path):
    with Rspamd(tmp_path) as running:
        assert too_high(mails, running.judge, NOT_OF_THE_MAIL["rspamd"]) == {}
