// The one main() of every doctest program.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

#ifdef __SANITIZE_THREAD__
// RocksDB and what it compresses with come from packages without instrumentation: how their threads wait for
// each other is not seen, and each hand-over between them looks like a race.
extern "C" const char* __tsan_default_suppressions() { return "race:librocksdb.so\nrace:libzstd.so\n"; }
#endif
