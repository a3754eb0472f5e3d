// Texts that are checked as endcap checks them, and what they announce that is found.
//
// Where a finding is announced stands what it is: `--! EC0301 landedCosts` in a module, `#! EC0142 atempts`
// in endcap.toml and endcap.lock, `<!--! EC0110 ... -->` in a schema: this line gives finding EC0301, and its
// primary span is exactly that text. Several may stand on a line, one comment each. They are cut off before
// the text is checked. What is not announced must not be found.
//
// `-- and so on, v1 to v4100` behind a line, in a comment of its language, stands for so many lines: what it
// names is counted on.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/diag/diagnostic.h"

namespace endcap::language {

inline const std::filesystem::path kRoot = ENDCAP_SOURCE_DIR;

struct Finding {
  std::string path;  // of what is not about a file: empty
  uint32_t line = 0;
  std::string code, text;  // the first line of what is marked
  friend auto operator<=>(const Finding&, const Finding&) = default;
};

std::string show(const std::vector<Finding>& findings);

struct Checked {
  std::vector<Finding> findings;
  std::string rendered;    // for people who look at a failing test
  std::vector<Fix> fixes;  // of findings in the module
};

// As one more module of the fixture project, tests/language/project. Its own warnings don't count.
Checked check_module(const std::string& name, const std::string& text);

// As a project of these files, by path. `<hash of desk.edmx>` in endcap.lock is the hash of that file.
using Files = std::map<std::string, std::string>;
Checked check_project_of(Files files);

std::vector<Finding> announced(const std::string& path, const std::string& text);
std::string without_announcements(const std::string& path, std::string text);
std::string counted_on(const std::string& text);  // with the lines that `and so on` stands for

std::string read_text(const std::filesystem::path& path);
std::vector<std::filesystem::path> files_in(const std::filesystem::path& folder, std::string_view extension);

}  // namespace endcap::language
