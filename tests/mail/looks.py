"""Pictures of the mails as phones and desktops show them, by name only: `python mail/looks.py FOLDER`.

Every kind in four languages, light and dark, 320 and 600 pixels wide, with the html element stripped as Gmail does; also the
longest code. Needs Chromium, fonts for Japanese and Arabic, and the built server. Look at what comes out: no program can."""

import re
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "support"))

from blackbox.programs import program  # noqa: E402
from blackbox.server import free_port  # noqa: E402

LANGUAGES = ["en", "fr", "ja", "ar"]
KINDS = ["code", "notice", "invitation"]
SCHEMES = ["light", "dark"]
WIDTHS = [320, 600]
CONFIG = """
[confirm]
APP_NAME = "Blue Pool"
MAIL_ORIGIN = "login.example.com"
MAIL_COLOUR = "#0a7d5c"
MAIL_SUPPORT = "help@example.com"
MAIL_FOOTER = "Blue Pool Ltd, 1 Harbour Street, Dublin"
SIGN_IN_URL = "https://login.example.com/"
CODE_LENGTH = 12
CODE_ALPHABET = "letters"
"""


def stripped(html):
    """The mail as Gmail shows it: what stood in html and body elements, in a page of another language."""
    html = re.sub(r"<title>.*?</title>", "", html)
    inner = re.sub(r"</?(!doctype|html|body|head|meta|title)[^>]*>", "", html)
    return f'<!doctype html><html lang="en"><meta charset="utf-8"><body style="margin:0">{inner}</body></html>'


def main(folder):
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home:
        config = Path(home) / "poolhouse.toml"
        config.write_text(CONFIG, encoding="utf-8")
        port = free_port()
        command = [program("poolhouse"), "mail", "preview", "--listen", f"127.0.0.1:{port}", "--config", config]
        preview = subprocess.Popen(command, stdout=subprocess.PIPE)
        try:
            preview.stdout.readline()
            for width in WIDTHS:
                page = Path(home) / f"{width}.html"
                frames = []
                for kind in KINDS:
                    for language in LANGUAGES:
                        for scheme in SCHEMES:
                            url = f"http://127.0.0.1:{port}/mail/{kind}/{language}/{scheme}"
                            html = stripped(urllib.request.urlopen(url).read().decode())
                            name = Path(home) / f"{kind}-{language}-{scheme}.html"
                            name.write_text(html, encoding="utf-8")
                            frames.append(f'<iframe src="{name}" width="{width}" height="760" style="border:0;float:left;margin:0 4px 4px 0"></iframe>')
                page.write_text("<body style='margin:0;background:#888'>" + "\n".join(frames), encoding="utf-8")
                columns = len(LANGUAGES) * len(SCHEMES)
                size = f"{columns * (width + 4)},{len(KINDS) * 768}"
                shot = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
                shot += [f"--window-size={size}", f"--screenshot={folder}/{width}.png", f"file://{page}"]
                subprocess.run(shot, check=True, capture_output=True, timeout=120)
        finally:
            preview.terminate()
            preview.wait()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
