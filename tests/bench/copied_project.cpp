// Copies of the shipped workflows: see copied_project.h.
#include "tests/bench/copied_project.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <regex>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "compiler/schema/file.h"

namespace endcap::bench {
namespace {

namespace fs = std::filesystem;

std::string text_of(const fs::path& path) {
  auto text = read_file(path);
  if (!text) throw std::runtime_error(path.string() + ": " + text.error());
  return std::move(*text);
}

class Copies {
 public:
  explicit Copies(fs::path workflows) : workflows_(std::move(workflows)) {
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(workflows_)) {
      if (entry.path().extension() == ".endcap")
        modules_.emplace_back(entry.path().lexically_relative(workflows_), text_of(entry.path()));
    }
    for (const auto& [path, text] : modules_) note_names(text);
    std::ifstream configuration(workflows_ / "endcap.toml");
    bool speaks_of_them = false;
    for (std::string line; std::getline(configuration, line);) {
      if (line.starts_with("["))
        speaks_of_them = line.starts_with("[partners.") || line.starts_with("[advisors.");
      if (speaks_of_them) tables_ += line + "\n";
    }
  }

  CopiedProject write(const fs::path& folder, size_t files) const {
    fs::remove_all(folder);
    fs::create_directories(folder);
    for (const char* shared : {"endcap.toml", "endcap.lock", "schemas", "data"})
      fs::copy(workflows_ / shared, folder / shared, fs::copy_options::recursive);
    std::ofstream configuration(folder / "endcap.toml", std::ios::app);
    CopiedProject made;
    for (size_t copy = 0; made.files < files; ++copy) {
      for (const auto& [path, text] : modules_) {
        const fs::path target = folder / fmt::format("copy{}", copy) / path;
        fs::create_directories(target.parent_path());
        std::ofstream(target) << renamed(text, copy);
        made.files += 1;
        made.lines += static_cast<size_t>(std::ranges::count(text, '\n'));
      }
      if (copy > 0) configuration << "\n" << renamed(tables_, copy);
    }
    return made;
  }

 private:
  // What is known in the whole project, and not in a module only.
  void note_names(const std::string& text) {
    static const std::regex kDeclared(R"((?:^|\n)(?:partner|interface|advisor) (\w+))");
    for (std::sregex_iterator each(text.begin(), text.end(), kDeclared), end; each != end; ++each)
      names_ += (names_.empty() ? "" : "|") + (*each)[1].str();
  }

  std::string renamed(const std::string& text, size_t copy) const {
    static const std::regex kModule(R"(\bretail\.)"), kEventType(R"(\btype ")");
    const std::string own = fmt::format("copy{}.", copy);
    const std::string moved =
        std::regex_replace(std::regex_replace(text, kModule, own), kEventType, "type \"" + own);
    if (copy == 0 || names_.empty()) return moved;
    return std::regex_replace(moved, std::regex("\\b(" + names_ + ")\\b"), fmt::format("$01{}", copy));
  }

  const fs::path workflows_;
  std::vector<std::pair<fs::path, std::string>> modules_;
  std::string names_;   // as one pattern
  std::string tables_;  // of endcap.toml, which speak of them
};

}  // namespace

CopiedProject copy_project(const fs::path& workflows, const fs::path& folder, size_t files) {
  return Copies(workflows).write(folder, files);
}

}  // namespace endcap::bench
