# Sourced by ../chasqui for `./chasqui bench`: builds the benchmarks if something changed, and runs them.
jar=$home/benchmarks/target/benchmarks.jar
if [ ! -f "$jar" ] ||
    [ -n "$(find "$home"/*/src/main "$home"/*/pom.xml "$home/pom.xml" -newer "$jar" -print 2>/dev/null)" ]; then
    for tool in mvn g++ npm git; do need "$tool"; done
    say "chasqui: building the benchmarks"
    (
        cd "$home"
        JAVA_HOME=$java_home PATH=$java_home/bin:$PATH
        export JAVA_HOME PATH
        mvn -q -B -P '!format' -DskipTests -pl benchmarks -am package </dev/null
    ) || die "the benchmarks could not be built; Maven says why above"
fi
export CHASQUI_BENCH_LAUNCHER="$home/chasqui" # the server to compare with is what a user starts
exec "$java_home/bin/java" -XX:+UseSerialGC -Xmx2g -jar "$jar" "$@"
