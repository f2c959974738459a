"""Writes the names that Slack gives to emoji, from npm's `emoji-datasource`, the data that Slack itself publishes from.

python scripts/emoji_names.py .tools/node/node_modules/emoji-datasource/emoji.json
"""

import json
import sys
from pathlib import Path

TARGET = Path(__file__).parents[1] / "packages" / "slack-mcp" / "src" / "slack_mcp" / "rendering" / "emoji_names.txt"


def main() -> None:
    data = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    lines = sorted(f"{emoji['unified']} {' '.join(emoji['short_names'])}" for emoji in data)
    TARGET.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{TARGET.name}: {len(lines)} emoji")


main()
