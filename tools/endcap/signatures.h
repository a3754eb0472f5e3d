// The upgrade signatures of a project's workflows.
#pragma once

#include <expected>
#include <map>
#include <string>
#include <vector>

#include "compiler/ir/interface_breaking.h"
#include "compiler/ir/signature.h"
#include "tools/common/compile_project.h"

namespace endcap::command {

struct ProjectSignatures {
  std::vector<ir::Signature> signatures;     // by name
  std::map<std::string, std::string> texts;  // workflow -> its declaration as written
  std::vector<ir::InterfaceShape> interfaces;
};

// Of a project that is ok(). Uses up its `program`, and fails as lower_project does.
std::expected<ProjectSignatures, std::string> signatures_of(CheckedProject& project);

}  // namespace endcap::command
