#!/usr/bin/env bash
# The one way to build, run and test the lab.
#
#   ./build.sh [serve]   set up, build, serve on http://127.0.0.1:8080 ($PORT for another port)
#   ./build.sh test      set up and run everything CI runs
#   ./build.sh dist      build dist/, a folder that any static host can serve
#   ./build.sh soak      run long versions of CI's random tests; screenshots of every page in target/screens
#   ./build.sh bench     run the benchmarks of tests/bench (arguments go to cargo bench)
#   ./build.sh check     check formats and lints, native and wasm32, with and without the GPU, and JavaScript's types
#   ./build.sh format    format Rust and JavaScript as check requires
#   ./build.sh update    write the files that are generated from the code: README.md's table, the digests of tests/golden.txt
#
# Needs Rust (rustup) and Node >= 20. Everything else is installed under target/ and
# www/node_modules, or as a system package on Debian and Ubuntu. Running it again is cheap.
set -euo pipefail
cd "$(dirname "$0")"
target=${CARGO_TARGET_DIR:-target}
mkdir -p "$target"
target=$(cd "$target" && pwd)
log=$target/test.log
export PATH="$target/tools/bin:$PATH"
# The page needs SIMD to be switched on; natively the compiler's baseline includes it. Remapped paths keep the page from
# revealing where it was built.
export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS="-C target-feature=+simd128 --remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}/registry/src/="

die() { echo "build.sh: $*" >&2; exit 1; }
has() { command -v "$1" >/dev/null 2>&1; }

stage_name='' stage_start=0 summary='' late='' minutes=0
stage() { # stage NAME COMMAND...: runs COMMAND, prints NAME and how long it took
    stage_name=$1 stage_start=$SECONDS
    shift
    echo "== $stage_name"
    "$@"
    stage_end done
}
stage_end() {
    local line
    line=$(printf '%-44s %4d s  %s' "$stage_name" $((SECONDS - stage_start)) "$1")
    summary+="$line"$'\n'
    echo "== $line"
    stage_name=''
}

within() { # within NAME MINUTES COMMAND...: runs stages that should take MINUTES at most in all, on two idle cores
    local name=$1 budget=$2 start=$SECONDS took scale=${LAB_BUDGET:-1}
    shift 2
    minutes=$((minutes + budget))
    "$@"
    took=$((SECONDS - start)) budget=$(awk -v m="$budget" -v s="$scale" 'BEGIN { print int(60 * m * s) }')
    summary+=$(printf '%-44s %4d s  of %d' "-- $name" $took $budget)$'\n'
    [ $took -le $budget ] || late+="$name took $took s, and its budget is $budget s"$'\n'
}

beside_pid='' beside_name='' beside_start=0
beside() { # beside NAME COMMAND...: starts a stage that runs in the background
    beside_name=$1 beside_start=$SECONDS
    shift
    echo "== $beside_name (in the background)"
    set -m # a separate process group, so that all its processes can be stopped
    ("$@") >"$target/beside.log" 2>&1 &
    set +m
    beside_pid=$!
}
beside_end() { # waits for the background stage, prints its output, and fails if it failed
    local status=0
    stage_name=$beside_name stage_start=$beside_start
    wait "$beside_pid" || status=$?
    beside_pid=''
    cat "$target/beside.log"
    [ $status -eq 0 ] || exit $status
    stage_end done
}

# --- set up -------------------------------------------------------------------------------

packages() { # packages NAME...: installs system packages with apt-get, or says which ones to install
    local missing=() name
    for name; do
        has dpkg-query && dpkg-query -W -f='${Status}' "$name" 2>/dev/null | grep -q 'ok installed' ||
            missing+=("$name")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    local sudo=sudo
    [ "$(id -u)" -ne 0 ] || sudo=
    has apt-get && { [ -z "$sudo" ] || has sudo; } ||
        die "please install these packages (Debian's names) and run this again: ${missing[*]}"
    echo "installing ${missing[*]}"
    $sudo apt-get update -qq
    $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        "${missing[@]}" >/dev/null
}

rust() { # the host toolchain, with the parts that rustup's minimal profile leaves out
    has cargo && has rustup ||
        die "Rust is missing: install it with rustup (https://rustup.rs) and run this again"
    has cc || has clang || packages gcc libc6-dev
    rustup target list --installed | grep -qx wasm32-unknown-unknown ||
        rustup target add wasm32-unknown-unknown
    cargo fmt --version >/dev/null 2>&1 || rustup component add rustfmt
    cargo clippy --version >/dev/null 2>&1 || rustup component add clippy
    rustc --version
}

node_modules() {
    has node && has npm && node -e 'process.exit(parseInt(process.versions.node) >= 20 ? 0 : 1)' ||
        die "Node >= 20 with npm is missing: install it and run this again"
    [ www/node_modules/.package-lock.json -nt www/package-lock.json ] ||
        { npm ci --prefix www --no-progress --loglevel=error && touch www/node_modules/.package-lock.json; }
    echo "node $(node --version)"
}

wasm_bindgen() { # installs the CLI in exactly the version of the crate
    local version
    version=$(awk '$0 == "name = \"wasm-bindgen\"" { getline; gsub(/version = |"/, ""); print }' Cargo.lock)
    [ -n "$version" ] || die "Cargo.lock names no version of wasm-bindgen"
    if [ "$(wasm-bindgen --version 2>/dev/null)" != "wasm-bindgen $version" ]; then
        # We run it for seconds but compile it for minutes, so build it almost unoptimised.
        CARGO_PROFILE_RELEASE_OPT_LEVEL=1 cargo install --quiet wasm-bindgen-cli \
            --version "$version" --bin wasm-bindgen --root "$target/tools" \
            --target-dir "$target/tools/build"
        rm -rf "$target/tools/build"
    fi
    wasm-bindgen --version
}

browser() { # Chromium, and a software adapter for the native GPU tests
    local name
    if [ -z "${CHROMIUM:-}" ]; then
        # The headless shell, which only Debian packages, opens a page in a third of the time that Chromium takes.
        has chromium-headless-shell || [ "$(id -u)" -ne 0 ] || (packages chromium-headless-shell) 2>/dev/null || true
        for name in chromium-headless-shell chromium chromium-browser google-chrome google-chrome-stable; do
            ! has $name || { CHROMIUM=$(command -v $name); break; }
        done
    fi
    if [ -z "${CHROMIUM:-}" ]; then
        packages chromium
        CHROMIUM=$(command -v chromium)
    fi
    export CHROMIUM
    echo "Chromium: $CHROMIUM"
    if [ "$(uname -s)" = Linux ]; then
        export LAB_GPU=required
        if ! ls /dev/dri/renderD* /dev/nvidia0 >/dev/null 2>&1; then
            ls /usr/share/vulkan/icd.d/lvp_icd*.json >/dev/null 2>&1 || packages mesa-vulkan-drivers
            VK_ICD_FILENAMES=$(ls /usr/share/vulkan/icd.d/lvp_icd*.json | head -n 1)
            export VK_ICD_FILENAMES
            echo "no GPU: Vulkan runs on $VK_ICD_FILENAMES"
        fi
    fi
}

other_browsers() { # Firefox and WebKit, if they can be had; their tests fail without them only if LAB_BROWSERS=required
    local names
    for names in firefox-esr "webkit2gtk-driver xvfb"; do
        (packages $names) || echo "no $names here: the tests of that browser are ignored by name"
    done
}

# --- build --------------------------------------------------------------------------------

catalogue() { # catalogue LAB...: asks the lab's command for the texts, parameters and shaders of all experiments, for the page
    mkdir -p "$target/page"
    "$@" list --json >"$target/page/catalogue.json"
    "$@" shaders >"$target/page/shaders.json"
}

# Cargo keeps one module of this crate in a folder, whatever its features, so each build has a folder of its own.
wasm() { # wasm NAME FOLDER OPTIONS...: makes one of the two builds in target/page/NAME; Cargo builds in FOLDER
    local name=$1 folder=$2 out=$target/page/$1 built
    shift 2
    # build.rs names the commit, but it does not notice a changed file of the page.
    LAB_DIRTY=$(git diff --quiet HEAD 2>/dev/null || echo dirty) \
        cargo rustc --quiet --profile wasm --lib --crate-type cdylib --target wasm32-unknown-unknown \
        --target-dir "$folder" "$@"
    built=$folder/wasm32-unknown-unknown/wasm/scaling_lab.wasm
    # Each build keeps a copy of its input, to see whether that has changed.
    ! cmp -s "$built" "$out/from.wasm" || return 0
    mkdir -p "$out"
    # www/split.mjs divides the CPU's build by the linker's names and records, and optimises the pieces. Never pass
    # --all-features to wasm-opt: it would emit compact imports, which browsers refuse.
    wasm-bindgen "$built" --out-dir "$out" --out-name lab --target web --no-typescript --no-demangle \
        --remove-producers-section
    if [ "$name" = cpu ]; then cp "$out/lab_bg.wasm" "$out/lab.wasm"; else
        www/node_modules/.bin/wasm-opt -O3 "$out/lab_bg.wasm" -o "$out/lab.wasm"
    fi
    cp "$built" "$out/from.wasm"
}

page() { TARGET=$target node www/build.mjs; }

setup() {
    stage "set up: Rust" rust
    stage "set up: npm packages" node_modules
}

modules() { # makes both builds, with wasm-bindgen for their JavaScript
    wasm_bindgen
    # With the compiler's own threshold, functions copied into their callers make the code a third larger; kernels mark what
    # they need inlined, and are as fast without it.
    # Unrolled loops, where the count is known only at run time, make nothing faster either.
    wasm cpu "$target" --no-default-features -- -C link-arg=--emit-relocs \
        -C llvm-args=-inline-threshold=25 -C llvm-args=-inlinehint-threshold=50 \
        -C llvm-args=-unroll-runtime=false -C llvm-args=-force-vector-interleave=1 \
        -C llvm-args=-runtime-memory-check-threshold=0
    wasm device "$target/device" --no-default-features --features device
}

modules_again() { # fails if building the wasm once more compiles anything
    local mark=$target/page/mark
    touch "$mark"
    modules
    [ -z "$(find "$target" -name scaling_lab.wasm -newer "$mark")" ] || die "an unchanged tree is compiled again"
}

build() {
    stage "wasm" modules
    stage "catalogue" catalogue cargo run --quiet --no-default-features --
    stage "page" page
}

# --- check and test -----------------------------------------------------------------------

lint() { cargo clippy --quiet "$@" -- -D warnings; }
wasm32="--lib --target wasm32-unknown-unknown"

# cargo fmt does not find the modules that part! declares, so rustfmt gets every file.
rust_format() { rustfmt --edition 2024 "$@" build.rs $(find src tests -name '*.rs'); }
tool() { www/node_modules/.bin/"$@"; } # runs a tool of the page's npm packages
prettier() { tool prettier --log-level=warn "$@" "www/**/*.{js,mjs,ts}" "tests/**/*.{js,mjs,ts}"; }
types() { tool tsc -p www && tool tsc -p tests; }

check() {
    stage "format" rust_format --check
    stage "format: JavaScript" prettier --check
    stage "lint: JavaScript" tool eslint --config www/eslint.config.mjs www tests
    stage "types: JavaScript" types
    stage "lint: native" lint --all-targets
    stage "lint: native, no GPU" lint --all-targets --no-default-features
    stage "lint: wasm32" lint $wasm32 --no-default-features
    stage "lint: wasm32, the GPU device" lint $wasm32 --no-default-features --features device
    stage "documentation" env RUSTDOCFLAGS="-D warnings" cargo doc --quiet --no-deps --no-default-features \
        --document-private-items
}

format() {
    stage "format" rust_format
    stage "format: JavaScript" prettier --write
}

update() { LAB_UPDATE=1 cargo test --quiet --test experiments -- the_readme_asks no_number_of_any; }

rust_tests() { cargo test --no-fail-fast 2>&1 | tee -a "$log"; }
rust_tests_alone() { cargo test --test pace -- --ignored 2>&1 | tee -a "$log"; } # the pace of runs, with nothing beside it

node_tests() { # node_tests FILE...
    [ $# -gt 0 ] || die "no test files found"
    NO_COLOR=1 node --test --test-reporter=spec "$@" 2>&1 | tee -a "$log"
}
page_tests() { node_tests $(find www -name node_modules -prune -o -name '*.test.js' -print | sort); }
# These files test deadlines of the page, or press buttons as fast as they can, so nothing else may run beside them.
alone='faults|pace|stress|view'
browser_tests() { # browser_tests CONCURRENCY GREP_OPTIONS: the files that match $alone, or with -v the others
    local concurrency=$1
    shift
    LAB_CLI=$target/debug/scaling-lab TARGET=$target node_tests --test-concurrency="$concurrency" \
        $(find tests/browser -name '*.test.mjs' | sort | grep -E "$@" "/($alone)\.test\.mjs")
}

browser_setup() {
    stage "set up: browser" browser
    stage "set up: Firefox and WebKit" other_browsers
}
rust_stages() {
    stage "Rust tests" rust_tests
    stage "page: unit tests" page_tests
}
page_stages() {
    beside_end
    stage "Rust tests: alone" rust_tests_alone
    stage "wasm: nothing to do" modules_again
    stage "catalogue" catalogue "$target/debug/scaling-lab"
    stage "page" page
}
browser_stages() {
    stage "browser tests: side by side" browser_tests 2 -v
    stage "browser tests: alone" browser_tests 1
}

# The minutes are for two idle cores; 44 in all. The wasm builds use one core, as do most tests, so they run side by side.
tests() {
    : >"$log"
    trap finish EXIT
    within "set up" 6 setup
    beside "wasm" modules
    within "set up: browsers" 2 browser_setup
    within "lints" 10 check
    within "Rust tests" 10 rust_stages
    within "page" 6 page_stages
    within "browser tests" 10 browser_stages
    check_budget
}

check_budget() { # says which stages were late; fails if all together were, and only with LAB_BUDGET: 1, or 2 for a machine half as fast
    printf '%s' "$late"
    [ -n "${LAB_BUDGET:-}" ] || return 0
    local most
    most=$(awk -v m=$minutes -v s="$LAB_BUDGET" 'BEGIN { print int(60 * m * s) }')
    [ $SECONDS -le "$most" ] || die "over the budget of $most s in all: make the stages faster, or move long tests to 'soak'"
}

pictures() { # makes screenshots of every page in target/screens
    LAB_SCREENS=1 LAB_CLI=$target/debug/scaling-lab TARGET=$target node_tests tests/browser/screens.test.mjs
}
published() { # recomputes all published numbers on the page, also those that take long
    LAB_SOAK=1 LAB_CLI=$target/debug/scaling-lab TARGET=$target node_tests --test-name-pattern="published numbers" \
        tests/browser/cpu.test.mjs
}
stress() { STRESS_ACTIONS=200 TARGET=$target node_tests tests/browser/stress.test.mjs; }

soak() {
    : >"$log"
    trap finish EXIT
    setup
    stage "set up: browser" browser
    build
    stage "soak: pictures in target/screens" pictures
    stage "soak: the page at random moments" stress
    stage "soak: published numbers" published
    stage "soak: verdicts over 20 seeds" cargo bench --quiet --bench sweep -- --seeds 20
    stage "soak: how often intervals hold the truth" cargo bench --quiet --bench coverage -- --tables 400
}

bench() {
    setup
    stage "bench: native" cargo bench "$@"
    ! has python3 || stage "bench: compose, NumPy and numba" tests/bench/compose.py
    ! has python3 || stage "bench: epochs, NumPy and numba" tests/bench/epochs.py
    ! has python3 || stage "bench: fits, SciPy" tests/bench/fit.py
    browser
    build
    ! has python3 || stage "bench: ridge, NumPy" tests/bench/ridge.py
    ! has python3 || stage "bench: membership, NumPy and numba" tests/bench/membership.py
    ! has python3 || stage "bench: gcd, NumPy and PyTorch" tests/bench/gcd.py
    ! has python3 || stage "bench: looped, PyTorch" tests/bench/looped.py speed
    stage "bench: page" env TARGET="$target" node tests/bench/page.mjs
}

finish() { # prints the summary, and the number of ignored, passed and failed tests of all runners
    local status=$? passed failed ignored
    [ -z "$stage_name" ] || stage_end FAILED
    [ -z "$beside_pid" ] || kill -- "-$beside_pid" 2>/dev/null || true
    [ $status -eq 0 ] || summary+="stopped with status $status"$'\n'
    printf '\n%s%-44s %4d s\n' "$summary" "in all" $SECONDS
    passed=$(sed -nE 's/^test result: .* ([0-9]+) passed;.*/\1/p; s/^[^a-z]+pass ([0-9]+)$/\1/p' "$log" | awk '{ n += $1 } END { print n + 0 }')
    failed=$(sed -nE 's/^test result: .* ([0-9]+) failed;.*/\1/p; s/^[^a-z]+fail ([0-9]+)$/\1/p' "$log" | awk '{ n += $1 } END { print n + 0 }')
    ignored=$(sed -nE 's/^test result: .* ([0-9]+) ignored;.*/\1/p; s/^[^a-z]+skipped ([0-9]+)$/\1/p' "$log" | awk '{ n += $1 } END { print n + 0 }')
    [ $status -eq 0 ] || [ "$failed" -gt 0 ] || failed=1
    [ "$ignored" -eq 0 ] || echo "$ignored ignored: $log says which, and why"
    echo "$passed passed, $failed failed"
}

verb=${1:-serve}
[ $# -eq 0 ] || shift
case $verb in
    serve) setup; build; node www/serve.mjs dist "${PORT:-8080}" ;;
    dist) setup; build ;;
    test) tests ;;
    check) setup; check ;;
    format) setup; format ;;
    update) setup; stage "update" update ;;
    soak) soak ;;
    bench) bench "$@" ;;
    *) die "unknown verb '$verb'; the verbs are serve, test, dist, soak, bench, check, format, update" ;;
esac
