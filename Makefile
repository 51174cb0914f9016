.PHONY: setup run test check soak mutants coverage bench pictures lock translations package package-test package-windows-test sbom

setup:
	@packaging/linux/setup test

run:
	@packaging/linux/run

test:
	@packaging/linux/setup test && .venv/bin/python -m pytest -n 2 --dist loadgroup tests

check:
	@packaging/linux/check

soak:
	@packaging/linux/setup test && .venv/bin/python -m tests.soak

mutants:
	@packaging/linux/setup test && .venv/bin/python -m tests.mutants

coverage:
	@packaging/linux/setup test && .venv/bin/python packaging/check_coverage.py

bench:
	@packaging/linux/setup test && .venv/bin/python -m tests.benchmarks

pictures:
	@packaging/linux/setup test && QT_QPA_PLATFORM=offscreen .venv/bin/python -m tests.pictures --out build/pictures

lock:
	@packaging/linux/setup test && packaging/lock

translations:
	@packaging/linux/setup test && .venv/bin/python packaging/translations.py update

package:
	@packaging/linux/package

package-test:
	@packaging/linux/package-test

package-windows-test:
	@packaging/windows/package-test

sbom:
	@packaging/sbom
