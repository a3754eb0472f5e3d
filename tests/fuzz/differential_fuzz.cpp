// Random programs, native and interpreted: every state of every machine and every pure graph, on the same
// random inputs, must leave the same bytes: frames, operands, faults and all.
#define DOCTEST_CONFIG_IMPLEMENT
#include <stdexcept>

#include "tests/fuzz/run.h"
#include "tests/unit/compiler/codegen/differential.h"

using namespace endcap;
using namespace endcap::fuzz;

namespace {

constexpr int kRounds = 4;  // inputs a state

int g_argc;
char** g_argv;
int g_exit;

class Comparison {
 public:
  uint64_t operator()(uint64_t first, uint64_t count, Census& census) {
    std::vector<Module> modules;
    for (uint64_t seed = first; seed < first + count; ++seed) modules.push_back(make_module(seed));
    Batch batch = compile_in_fixture(modules);
    census.count(batch);
    CAPTURE(first);
    codegen::testing::Differential both(std::move(batch.flow));
    both.run(first * 1'000'003, kRounds);
    for (const auto& [exit, times] : both.exits)
      exits_[fmt::format("exit {}", static_cast<int>(exit))] += static_cast<uint64_t>(times);
    returns_ += static_cast<uint64_t>(both.returns);
    faults_ += static_cast<uint64_t>(both.faults);
    return batch.accepted.size();
  }
  void report() const {
    fmt::print("advances: {}; pure graphs: {} returned, {} faulted\n", tally(exits_), returns_, faults_);
  }

 private:
  std::map<std::string, uint64_t> exits_;
  uint64_t returns_ = 0, faults_ = 0;
};

}  // namespace

TEST_CASE("native code and interpreter leave the same bytes") {
  Comparison comparison;
  g_exit = run_batches(g_argc, g_argv, "Compares native code with the interpreter on random programs.",
                       {.programs = 1000}, std::ref(comparison));
  comparison.report();
}

int main(int argc, char** argv) {
  g_argc = argc;
  g_argv = argv;
  doctest::Context context;
  context.setOption("abort-after", 1);
  const int failed = context.run();
  return failed != 0 ? failed : g_exit;
}
