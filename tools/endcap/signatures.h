// The upgrade signatures of a project's workflows.
#pragma once

#include <expected>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "compiler/ir/calendar_breaking.h"
#include "compiler/ir/carrier_breaking.h"
#include "compiler/ir/interface_breaking.h"
#include "compiler/ir/signature.h"
#include "compiler/sema/exported_labels.h"
#include "tools/common/compile_project.h"

namespace endcap::command {

// File and line of workflows, by full name, and of versions of interfaces, by "Offers/2".
using DeclarationPlaces = std::map<std::string, std::pair<std::string, uint32_t>>;

struct ProjectSignatures {
  std::vector<ir::Signature> signatures;     // by name
  std::map<std::string, std::string> texts;  // workflow -> its declaration as written
  std::vector<ir::InterfaceShape> interfaces;
  std::vector<ir::CarrierShape> carriers;  // routes and syncs
  std::vector<Calendar> calendars;         // that are used
  sema::ExportedLabels labels;
  DeclarationPlaces places;
};

// Of a project that is ok(). Uses up its `program`, and fails as lower_project does.
std::expected<ProjectSignatures, std::string> signatures_of(CheckedProject& project);

}  // namespace endcap::command
