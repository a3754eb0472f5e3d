// What a project is made of, by content: the key under which the result of a check can be kept.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>

namespace endcap {

struct ProjectContent {
  std::map<std::string, std::string> files;  // path, relative to the project's folder -> text
  std::string hash;                          // SHA-256 (hex) over all of them
};

// Everything that `load_project` reads: endcap.toml, the sources and data its patterns find, the schemas it names,
// endcap.lock. Nothing is parsed but endcap.toml. None when one of them can't be read: what is wrong with
// such a project is found out anew each time.
std::optional<ProjectContent> content_of_project(const std::filesystem::path& folder);

}  // namespace endcap
