"""Hold each file's coverage against its recorded floor, so that it can only grow.

``--update`` raises the floors to what was just measured, less a margin for timing-dependent lines.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FLOORS = ROOT / "tests" / "coverage_floors.json"
MARGIN = 6.0
DEFAULT_FLOOR = 70.0
"""What a new file must reach before it has a floor of its own, in percent of lines and branches."""


def measured() -> tuple[dict[str, float], float]:
    """Return percent covered by file, and in total."""
    report = ROOT / ".build" / "coverage.json"
    # What the whole run reached is combined already. Without --append, what the few tests that were
    # tried once more left would take its place.
    combine = [sys.executable, "-m", "coverage", "combine", "-q", "--append"]
    subprocess.run(combine, cwd=ROOT, check=False)
    subprocess.run([sys.executable, "-m", "coverage", "json", "-q", "-o", str(report)], cwd=ROOT, check=True)
    data = json.loads(report.read_text())
    files = {name: entry["summary"]["percent_covered"] for name, entry in data["files"].items()}
    return files, data["totals"]["percent_covered"]


def main() -> int:
    """Compare or update; return an exit status."""
    files, total = measured()
    floors: dict[str, float] = json.loads(FLOORS.read_text()) if FLOORS.is_file() else {}
    if "--update" in sys.argv:
        new = {name: round(max(0.0, percent - MARGIN), 1) for name, percent in sorted(files.items())}
        FLOORS.write_text(json.dumps(new, indent=1) + "\n")
        print(f"coverage: floors of {len(new)} files written, total {total:.1f} %")
        return 0
    low = [
        f"  {name}: {percent:.1f} % is below its floor of {floors.get(name, DEFAULT_FLOOR)} %"
        for name, percent in sorted(files.items())
        if percent < floors.get(name, DEFAULT_FLOOR)
    ]
    print(f"coverage: {total:.1f} % of lines and branches, {len(files)} files, {len(low)} below their floor")
    if not low:
        return 0
    print("\n".join(low))
    shared = Path(os.environ.get("SALON_SHARED") or ROOT.parent / "shared")
    if not (shared / "recorded-streams").is_dir():
        print("coverage: no floor is held without the recorded streams, which reach much of the code")
        return 0
    return 1


if __name__ == "__main__":
    sys.exit(main())
