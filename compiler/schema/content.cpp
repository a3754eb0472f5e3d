// The content of a project as one hash.
#include "compiler/schema/content.h"

#include <set>

#include "compiler/schema/config.h"
#include "compiler/schema/file.h"
#include "compiler/schema/project_parts.h"

namespace endcap {

namespace fs = std::filesystem;

namespace {

// Paths as endcap.toml names them: in the order of their names, each once.
std::set<fs::path> named_files(const toml::table& root, const fs::path& folder) {
  std::set<fs::path> files;
  const auto take = [&](std::string_view setting, std::string_view otherwise) {
    const auto take_found = [&](std::string_view pattern) {
      for (fs::path& file : find_files(folder, pattern)) files.insert(std::move(file));
    };
    const toml::array* patterns = root["project"][setting].as_array();
    if (!patterns) return take_found(otherwise);
    for (const toml::node& pattern : *patterns) take_found(pattern.value_or(std::string_view()));
  };
  take("sources", kSourcesPattern);
  take("data", kDataPattern);
  if (const toml::table* systems = root["systems"].as_table()) {
    for (const auto& [name, system] : *systems) {
      const toml::table* settings = system.as_table();
      const auto schema = settings ? (*settings)["schema"].value<std::string>() : std::nullopt;
      if (schema) files.insert(folder / *schema);
    }
  }
  return files;
}

}  // namespace

std::optional<ProjectContent> content_of_project(const fs::path& folder) {
  ProjectContent content;
  const auto take = [&](const fs::path& file) {
    auto text = read_file(file);
    if (text) content.files[file.lexically_relative(folder).generic_string()] = std::move(*text);
    return text.has_value();
  };
  if (!take(folder / "endcap.toml")) return std::nullopt;
  const toml::parse_result root = toml::parse(content.files.at("endcap.toml"));
  if (!root) return std::nullopt;
  std::error_code error;
  const auto lock = fs::symlink_status(folder / "endcap.lock", error);
  if (fs::exists(lock) && !take(folder / "endcap.lock")) return std::nullopt;
  for (const fs::path& file : named_files(root.table(), folder)) {
    if (!take(file)) return std::nullopt;
  }
  std::string all;
  for (const auto& [path, text] : content.files) all += path + '\0' + sha256_hex(text);
  content.hash = sha256_hex(all);
  return content;
}

}  // namespace endcap
