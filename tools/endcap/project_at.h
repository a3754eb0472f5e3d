// A project as it was: another folder, or the same folder at a commit of its git repository.
#pragma once

#include <expected>
#include <filesystem>
#include <optional>
#include <string>

#include "tools/endcap/host.h"

namespace endcap::command {

// A folder that goes away with it.
class TemporaryFolder {
 public:
  static std::expected<TemporaryFolder, std::string> make();  // the error is a phrase
  TemporaryFolder(TemporaryFolder&& other) noexcept : path_(std::move(other.path_)) { other.path_.clear(); }
  TemporaryFolder& operator=(TemporaryFolder&&) = delete;
  ~TemporaryFolder();
  const std::filesystem::path& path() const { return path_; }

 private:
  explicit TemporaryFolder(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

struct ProjectAt {
  std::optional<std::filesystem::path> folder;  // absent: there was no project
  std::string name;                             // for people: "main (1a2b3c4)", "../released"
  std::optional<TemporaryFolder> kept;          // holds what was taken out of git
};

// `against` is a folder with an endcap.toml, or anything git takes for a commit in the repository around
// `project`. What the project names outside of its folder (a schema that several share) is taken out with it.
std::expected<ProjectAt, Refused> project_at(const std::string& against,
                                             const std::filesystem::path& project);

}  // namespace endcap::command
