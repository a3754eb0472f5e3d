// Findings of projects that have not changed since they were checked, kept by the content of everything a
// check reads and by the build of the compiler that found them. A cache can be lost at any time and is never
// wrong: an entry that can't be read is none.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "compiler/diag/diagnostic.h"
#include "compiler/schema/content.h"

namespace endcap {

// What `endcap check` says of a project.
struct CheckResult {
  SourceMap sources;
  std::vector<Diagnostic> findings;
  std::string name;  // of the project
  size_t modules = 0, systems = 0;
};

class CheckCache {
 public:
  // Entries stand in `folder`/checks. The key is taken now; without a folder, or when the project can't be
  // read, nothing is found and nothing is kept.
  CheckCache(const std::optional<std::filesystem::path>& folder, const std::filesystem::path& project);

  std::optional<CheckResult> find() const;
  // Keeps a result, unless the project was changed while it was checked. A full disk is no failure.
  void keep(const CheckResult& result) const;

 private:
  std::filesystem::path folder_, project_;
  std::optional<ProjectContent> content_;
  std::optional<std::string> key_;
};

// Which build of Endcap this is: the linker's build id, or "" when there is none (nothing is kept then).
std::string build_identity();

}  // namespace endcap
