# What scripts/lockstep and scripts/cluster share: the project's places, a JDK 17, the build. They source it, after they
# have set ME, the name to speak with, and SCRIPTS, this folder.
# shellcheck shell=bash

PROJECT=$(CDPATH='' cd -P -- "$SCRIPTS/.." && pwd)
readonly PROJECT
readonly TARGET=$PROJECT/target
readonly JAR=$TARGET/lockstep.jar
readonly STAMP=$TARGET/lockstep.built
# where scripts/cluster keeps its cluster unless it is told otherwise, and what scripts/lockstep reads of it
# shellcheck disable=SC2034 # both read them
readonly CLUSTER_DIR=$PROJECT/.cluster CLUSTER_URL_FILE=url CLUSTER_PROPERTIES=driver.conf

say() { printf '%s\n' "$*" >&2; }

fail() {
    local code=$1
    shift
    say "$ME: $*"
    exit "$code"
}

# readlink -f is missing on older macOS
resolve_links() {
    local path=$1 target
    while [ -L "$path" ]; do
        target=$(readlink "$path")
        case $target in
            /*) path=$target ;;
            *) path=$(dirname "$path")/$target ;;
        esac
    done
    printf '%s\n' "$path"
}

absolute_dir() { (CDPATH='' cd -P -- "$1" && pwd); }

# ---- a JDK 17 ------------------------------------------------------------------------------------------------------

# the release file tells the version without the start of a JVM
is_jdk17() {
    [ -x "$1/bin/java" ] && [ -x "$1/bin/javac" ] && grep -q '^JAVA_VERSION="17[."]' "$1/release" 2>/dev/null
}

java_home_on_path() {
    local java
    java=$(command -v java) || return 1
    absolute_dir "$(dirname "$(resolve_links "$java")")/.."
}

find_jdk() {
    local home
    if [ -n "${JAVA_HOME:-}" ] && is_jdk17 "$JAVA_HOME"; then
        return
    fi
    for home in "$(java_home_on_path || true)" \
        /usr/lib/jvm/*17* /opt/java/openjdk /opt/*jdk*17* "$HOME"/.sdkman/candidates/java/17* "$HOME"/.jdks/*17* \
        /Library/Java/JavaVirtualMachines/*17*/Contents/Home \
        /opt/homebrew/opt/openjdk@17/libexec/openjdk.jdk/Contents/Home \
        /usr/local/opt/openjdk@17/libexec/openjdk.jdk/Contents/Home; do
        if is_jdk17 "$home"; then
            if [ -n "${JAVA_HOME:-}" ]; then
                say "$ME: JAVA_HOME=$JAVA_HOME is not a JDK 17; using $home"
            fi
            export JAVA_HOME=$home
            return
        fi
    done
    fail 1 "needs a JDK 17. JAVA_HOME is ${JAVA_HOME:-not set}, and neither the PATH nor the usual places hold one." \
        "Install a JDK 17 (Debian: apt-get install openjdk-17-jdk-headless) or set JAVA_HOME to one."
}

# ---- the build -----------------------------------------------------------------------------------------------------

# the build's inputs against its start, for Maven leaves the jar as it is where only pom.xml changed
is_current() {
    [ -f "$JAR" ] && [ -f "$STAMP" ] && [ -f "$TARGET/classpath" ] &&
        [ -z "$(find "$PROJECT/pom.xml" "$PROJECT/src/main" "$PROJECT/.mvn" -newer "$STAMP" 2>/dev/null)" ] &&
        jars_exist
}

jars_exist() {
    local jars jar
    IFS=: read -r -a jars <"$TARGET/classpath" || true
    for jar in ${jars[@]+"${jars[@]}"}; do
        [ -f "$jar" ] || return 1
    done
}

build() {
    local log=$TARGET/build.log
    command -v mvn >/dev/null || fail 1 "needs Maven 3.8 or later to build itself, and there is no mvn on the PATH." \
        "Install it (Debian: apt-get install maven; macOS: brew install maven)."
    say "Building Lockstep (first use, a few minutes) …"
    # a Lockstep that still runs keeps the old jar open: unlinked it stays whole, overwritten it would not
    rm -f "$JAR" "$STAMP"
    touch "$STAMP.started"
    if ! (CDPATH='' cd -- "$PROJECT" && mvn -B -ntp -Dmaven.test.skip=true package) >"$log" 2>&1 9>&- </dev/null; then
        tail -n 30 "$log" | sed $'s/\033\\[[0-9;]*m//g' >&2
        fail 1 "the build failed. The end of Maven's output stands above, all of it in $log"
    fi
    mv "$STAMP.started" "$STAMP"
}

build_if_due() {
    is_current || build
}

# one build at a time; who waited finds it done
build_locked() {
    if ! mkdir -p "$TARGET" 2>/dev/null || [ ! -w "$TARGET" ]; then
        fail 1 "has to be built, but $TARGET cannot be written. Build it once as a user who may."
    fi
    take_lock "$TARGET/build.lock" "Waiting for another build of Lockstep …"
    build_if_due
    drop_lock
}

# ---- locks ---------------------------------------------------------------------------------------------------------

# one lock at a time, on file descriptor 9, which no child may inherit; where there is no flock, a folder
LOCK_DIR=''

take_lock() {
    local file=$1 waiting=$2
    if command -v flock >/dev/null; then
        exec 9>"$file"
        flock -n 9 || {
            say "$waiting"
            flock 9
        }
    else
        take_directory_lock "$file.d" "$waiting"
    fi
}

take_directory_lock() {
    local lock=$1 waiting=$2 said='' owner
    until mkdir "$lock" 2>/dev/null; do
        owner=$(cat "$lock/pid" 2>/dev/null || true)
        if [ -n "$owner" ] && ! kill -0 "$owner" 2>/dev/null; then
            # taken over by renaming, which only one of several waiting can do
            if mv "$lock" "$lock.$$" 2>/dev/null && rm -rf "$lock.$$"; then continue; fi
        fi
        [ -n "$said" ] || say "$waiting (if there is none, remove $lock)"
        said=yes
        sleep 1
    done
    LOCK_DIR=$lock
    trap drop_lock EXIT
    echo $$ >"$lock/pid"
}

drop_lock() {
    exec 9>&-
    if [ -n "$LOCK_DIR" ]; then
        rm -rf "$LOCK_DIR"
        LOCK_DIR=''
        trap - EXIT
    fi
}

# ---- the JVM -------------------------------------------------------------------------------------------------------

# org.apache.spark.launcher.JavaModuleOptions.defaultModuleOptions()
java_options() {
    JAVA_OPTIONS=(-XX:+IgnoreUnrecognizedVMOptions)
    local package
    for package in java.base/java.lang java.base/java.lang.invoke java.base/java.lang.reflect java.base/java.io \
        java.base/java.net java.base/java.nio java.base/java.util java.base/java.util.concurrent \
        java.base/java.util.concurrent.atomic java.base/jdk.internal.ref java.base/sun.nio.ch java.base/sun.nio.cs \
        java.base/sun.security.action java.base/sun.util.calendar java.security.jgss/sun.security.krb5; do
        JAVA_OPTIONS+=("--add-opens=$package=ALL-UNNAMED")
    done
    # it prints a warning at each start, and where OpenBLAS is native nothing needs it; netlib's Java code does
    case $(uname -s)-$(uname -m) in
        Linux-x86_64 | Linux-aarch64) ;;
        *) JAVA_OPTIONS+=(--add-modules=jdk.incubator.vector) ;;
    esac
    JAVA_OPTIONS+=(
        -Djdk.reflect.useDirectMethodHandle=false
        -Dio.netty.tryReflectionSetAccessible=true
        -Dio.netty.allocator.type=pooled
        -Dio.netty.handler.ssl.defaultEndpointVerificationAlgorithm=NONE
        --enable-native-access=ALL-UNNAMED
    )
}
