// Modules checked and lowered beside the fixture project (tests/language/project), many at once.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "compiler/ir/flow.h"
#include "compiler/schema/project.h"
#include "compiler/sema/typed.h"

namespace endcap::fuzz {

struct Module {
  std::string name, text;
};

struct Batch {
  SourceMap sources;
  Project project;
  std::vector<Module> accepted;
  std::vector<std::pair<Module, std::string>> refused;  // with the codes of their errors, "EC0551 EC0598"
  std::vector<sema::Test> tests;
  ir::Program flow;  // of those that were accepted; verified
};

// Throws std::runtime_error when the verifier finds fault with what the checker has accepted.
Batch compile_in_fixture(const std::vector<Module>& modules);

}  // namespace endcap::fuzz
