// Takes a project out of git: an index of its own is filled from the commit and written to a temporary
// folder, so that neither the repository's index nor its files are touched and its own rules for line ends
// hold.
#include "tools/endcap/project_at.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>

#include "tools/endcap/process.h"

namespace endcap::command {

namespace fs = std::filesystem;

namespace {

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

// One repository and one commit of it.
class GitCommit {
 public:
  static std::expected<GitCommit, Refused> find(const std::string& reference, const fs::path& project) {
    GitCommit result;
    auto around = git(project, {"rev-parse", "--show-toplevel", "--show-prefix"});
    if (!around) return refuse(kInternal, fmt::format("git can't be run: {}.", around.error()));
    if (around->exit_code != 0) {
      return refuse(kUsage, fmt::format("{} is not a folder, and {} is not in a git repository ({}).",
                                        reference, project.string(), first_line(around->err)));
    }
    result.top_ = first_line(around->out);
    const size_t second = around->out.find('\n') + 1;
    result.prefix_ = first_line(around->out.substr(second));  // "promotions/", or empty at the top
    auto commit = reference.starts_with('-')
                      ? std::expected<Finished, std::string>(Finished{.exit_code = 1, .out = {}, .err = {}})
                      : git(result.top_, {"rev-parse", "--verify", "--quiet", reference + "^{commit}"});
    if (!commit || commit->exit_code != 0) {
      return refuse(
          kUsage, fmt::format("{} is neither a folder nor a commit, branch or tag of the git repository {}.",
                              reference, result.top_));
    }
    result.commit_ = first_line(commit->out);
    return result;
  }

  std::string short_name() const { return commit_.substr(0, 10); }
  const std::string& prefix() const { return prefix_; }

  bool has(const std::string& path) const {
    auto found = git(top_, {"cat-file", "-e", commit_ + ":" + path});
    return found && found->exit_code == 0;
  }

  // Fills the index at `index` from the commit. The error is a phrase.
  std::expected<void, std::string> fill(const fs::path& index) const {
    return done(git(top_, {"read-tree", commit_}, index));
  }

  // Writes every file under `path` (all of the commit when empty) below `folder`.
  std::expected<void, std::string> write(const fs::path& index, const std::string& path,
                                         const fs::path& folder) const {
    std::vector<std::string> list{"ls-files", "-z", "--cached"};
    if (!path.empty()) list.insert(list.end(), {"--", ":(literal)" + path});
    auto files = git(top_, list, index);
    if (auto listed = done(files); !listed) return listed;
    const fs::path names = index.string() + ".files";
    std::ofstream(names, std::ios::binary) << files->out;
    return done(git(top_, {"checkout-index", "--force", "-z", "--stdin", "--prefix=" + folder.string() + "/"},
                    index, names));
  }

 private:
  // Variables with which a hook or a script points git at a repository: here the project's own is meant.
  static std::expected<Finished, std::string> git(const fs::path& folder, std::vector<std::string> arguments,
                                                  const fs::path& index = {}, const fs::path& input = {}) {
    ProcessOptions options{
        .set = {{"LC_ALL", "C"}, {"GIT_OPTIONAL_LOCKS", "0"}},
        .unset = {"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_NAMESPACE"},
        .input = input};
    if (!index.empty()) options.set.emplace_back("GIT_INDEX_FILE", index.string());
    std::vector<std::string> all{"git", "-C", folder.string()};
    all.insert(all.end(), arguments.begin(), arguments.end());
    return run_process(all, options);
  }

  static std::expected<void, std::string> done(const std::expected<Finished, std::string>& finished) {
    if (!finished) return std::unexpected(finished.error());
    if (finished->exit_code != 0) return std::unexpected(first_line(finished->err));
    return {};
  }

  std::string top_, prefix_, commit_;
};

// Schemas may stand outside of the project's folder: those of the commit are written where the project looks
// for them.
std::expected<void, std::string> write_shared_schemas(const GitCommit& commit, const fs::path& index,
                                                      const fs::path& root) {
  SourceMap sources;
  Diagnostics ignored;  // the check that follows says what is wrong
  const Project project = load_project(root / commit.prefix(), sources, ignored);
  for (const SystemConfig& system : project.systems) {
    const fs::path path = (fs::path(commit.prefix()) / system.schema_path).lexically_normal();
    std::error_code error;
    if (path.is_absolute() || path.string().starts_with("..") || fs::exists(root / path, error)) continue;
    if (!commit.has(path.generic_string())) continue;
    if (auto written = commit.write(index, path.generic_string(), root); !written) return written;
  }
  return {};
}

std::expected<ProjectAt, Refused> project_in_git(const std::string& against, const fs::path& project) {
  auto commit = GitCommit::find(against, project);
  if (!commit) return std::unexpected(commit.error());
  ProjectAt result;
  result.name = fmt::format("{} ({})", against, commit->short_name());
  if (!commit->has(commit->prefix() + "endcap.toml")) return result;
  auto folder = TemporaryFolder::make();
  if (!folder) return refuse(kInternal, fmt::format("Can't make a temporary folder: {}.", folder.error()));
  const fs::path index = folder->path() / "index", root = folder->path() / "tree";
  auto written = commit->fill(index);
  if (written) written = commit->write(index, commit->prefix(), root);
  if (written) written = write_shared_schemas(*commit, index, root);
  if (!written)
    return refuse(kInternal, fmt::format("The project at {} can't be taken out of git: {}.", result.name,
                                         written.error()));
  result.folder = root / commit->prefix();
  result.kept.emplace(std::move(*folder));
  return result;
}

}  // namespace

std::expected<TemporaryFolder, std::string> TemporaryFolder::make() {
  std::error_code error;
  const fs::path parent = fs::temp_directory_path(error);
  if (error) return std::unexpected(error.message());
  std::string name = (parent / "endcap-XXXXXX").string();
  if (!mkdtemp(name.data())) return std::unexpected(parent.string() + ": " + std::strerror(errno));
  return TemporaryFolder(name);
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  if (!path_.empty()) fs::remove_all(path_, ignored);
}

std::expected<ProjectAt, Refused> project_at(const std::string& against, const fs::path& project) {
  std::error_code error;
  const fs::path folder = against;
  if (fs::is_regular_file(folder / "endcap.toml", error)) return ProjectAt{folder, against, std::nullopt};
  auto in_git = project_in_git(against, project);
  // A folder without a project, unless a branch of its name has one.
  if (!in_git && fs::is_directory(folder, error)) return ProjectAt{std::nullopt, against, std::nullopt};
  return in_git;
}

}  // namespace endcap::command
