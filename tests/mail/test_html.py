"""The HTML of every mail in every language, read by a parser that forgives nothing, as it is and as Gmail strips it."""

import subprocess
import urllib.request

import html5lib
import pytest
from blackbox.programs import program
from blackbox.server import free_port
from looks import CONFIG, stripped

LANGUAGES = ["en", "de", "fr", "es", "it", "pt-BR", "pt-PT", "nl", "pl", "ja", "ko", "zh-CN", "zh-TW", "ar", "he"]
KINDS = ["code", "notice", "invitation"]
RIGHT_TO_LEFT = {"ar", "he"}
XHTML = "{http://www.w3.org/1999/xhtml}"


@pytest.fixture(scope="module")
def preview(tmp_path_factory):
    """Where the mails are shown."""
    home = tmp_path_factory.mktemp("preview")
    (home / "poolhouse.toml").write_text(CONFIG, encoding="utf-8")
    address = f"127.0.0.1:{free_port()}"
    command = [program("poolhouse"), "mail", "preview", "--listen", address, "--config", home / "poolhouse.toml"]
    running = subprocess.Popen(command, stdout=subprocess.PIPE)
    running.stdout.readline()
    yield f"http://{address}/mail"
    running.terminate()
    running.wait(timeout=10)


def strictly(html):
    """The tree; an error in the text ends the test."""
    return html5lib.HTMLParser(strict=True).parse(html)


@pytest.mark.parametrize("kind", KINDS)
def test_every_mail_is_html_without_an_error_and_says_its_direction_wherever_it_is_cut(preview, kind):
    for language in LANGUAGES:
        html = urllib.request.urlopen(f"{preview}/{kind}/{language}/light").read().decode()
        direction = "rtl" if language in RIGHT_TO_LEFT else "ltr"
        whole, inner = strictly(html), strictly(stripped(html))
        assert (whole.get("lang"), whole.get("dir")) == (language, direction)
        wrapper = inner.find(f".//{XHTML}body/{XHTML}div")
        assert (wrapper.get("lang"), wrapper.get("dir")) == (language, direction)
        cell = next(cell for cell in inner.iter(f"{XHTML}td") if "cell" in cell.get("class", "").split())
        assert (cell.get("lang"), cell.get("dir")) == (language, direction)
        fetched = [element.get("src") for element in inner.iter() if element.get("src")]
        assert fetched == []
