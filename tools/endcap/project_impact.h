// What a change of a system's metadata means to one project: which of its declarations each change touches,
// and what the compiler says once the new file is in place.
#pragma once

#include <expected>
#include <filesystem>
#include <string>
#include <vector>

#include "compiler/sema/schema_impact.h"
#include "tools/common/compile_project.h"
#include "tools/endcap/host.h"
#include "tools/endcap/outputs.h"

namespace endcap::command {

struct ProjectImpact {
  std::string project;
  std::vector<std::string> systems;                    // whose schema it is
  std::vector<sema::SchemaUse> uses;                   // of those systems
  std::vector<std::vector<sema::TouchedUse>> touched;  // one entry a change
  std::vector<Diagnostic> findings;  // of the compiler with the new file, none of them there with the old one
  bool breaks() const;
};

// The two files, read into one map of sources.
struct SchemaPair {
  SourceMap sources;
  Diagnostics diagnostics;
  std::optional<schema::Schema> before, after;
};

// Nothing when no system of the project has that schema: by the hash of either file, else by its namespaces.
// Refused when the project can't be read or does not fit the old file: its findings are told then.
std::expected<std::optional<ProjectImpact>, Refused> project_impact(
    const std::filesystem::path& folder, SchemaPair& pair, const std::vector<schema::Change>& changes,
    const Outputs& outputs);

}  // namespace endcap::command
