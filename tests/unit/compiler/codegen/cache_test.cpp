// The cache of compiled objects: a warm start compiles nothing, damage is healed, another program is another
// entry.
#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "compiler/codegen/jit.h"
#include "tests/unit/compiler/ir/fixture.h"

using namespace endcap;
using namespace endcap::codegen;
using namespace endcap::ir::testing;
namespace fs = std::filesystem;

namespace {

// A folder of this test alone, gone with it.
struct Folder {
  fs::path path = fs::temp_directory_path() / ("endcap-objects-" + std::to_string(getpid()));
  Folder() { fs::remove_all(path); }
  ~Folder() { fs::remove_all(path); }
  std::vector<fs::path> entries() const {
    std::vector<fs::path> all;
    for (const auto& entry : fs::directory_iterator(path)) all.push_back(entry.path());
    return all;
  }
};

// A function that adds `amount`.
ir::Program adding(Int128 amount) {
  Hand hand;
  hand.pure({kInt}, kInt, [amount](ir::GraphBuilder& b, std::vector<ir::RegisterId>& parameters) {
    b.end(ir::Return{b.binary(ir::Op::Add, kInt, parameters[0], b.integer(amount))});
  });
  return hand.program;
}

Int128 one_plus(const abi::Program& program) {
  abi::Workspace workspace(program, nullptr);
  const abi::Cell one{1};
  abi::Cell result;
  CHECK(find_pure(program, "function f0")(&workspace.context(), &result, &one) == 0);
  return result.bits;
}

Statistics compile_and_check(const Folder& folder, Int128 amount, Effort effort = Effort::ByUse) {
  Statistics statistics;
  const auto program = compile(adding(amount), {.cache = folder.path, .effort = effort}, &statistics);
  REQUIRE(program.has_value());
  CHECK(one_plus(**program) == amount + 1);
  CHECK(statistics.modules == 1);
  CHECK(statistics.compiled + statistics.from_cache == statistics.modules);
  return statistics;
}

std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}
void write(const fs::path& path, const std::string& bytes) { std::ofstream(path, std::ios::binary) << bytes; }

}  // namespace

TEST_CASE("a warm start compiles nothing") {
  const Folder folder;
  CHECK(compile_and_check(folder, 41).compiled == 1);
  CHECK(compile_and_check(folder, 41).compiled == 0);
  CHECK(folder.entries().size() == 1);  // and nothing half written
}

TEST_CASE("other code and other options are other entries") {
  const Folder folder;
  compile_and_check(folder, 41);
  CHECK(compile_and_check(folder, 42).compiled == 1);
  CHECK(compile_and_check(folder, 42, Effort::Quick).compiled == 1);
  CHECK(folder.entries().size() == 3);
}

TEST_CASE("a damaged entry is compiled anew, wherever the damage is") {
  const Folder folder;
  compile_and_check(folder, 41);
  const fs::path entry = folder.entries().at(0);
  const std::string good = read(entry);
  std::vector<std::string> damaged{"", "ECOBJ001", good.substr(0, good.size() - 1), good + "x"};
  for (const size_t place : {size_t{0}, size_t{9}, size_t{40}, good.size() / 2, good.size() - 1}) {
    damaged.push_back(good);
    damaged.back()[place] ^= 1;
  }
  for (const std::string& bytes : damaged) {
    CAPTURE(bytes.size());
    write(entry, bytes);
    CHECK(compile_and_check(folder, 41).compiled == 1);
    CHECK(read(entry) == good);
    CHECK(compile_and_check(folder, 41).compiled == 0);
  }
}

TEST_CASE("a folder that can't be written costs the cache and nothing else") {
  Folder folder;
  write(folder.path, "a file where the folder should be");
  CHECK(compile_and_check(folder, 41).compiled == 1);
}
