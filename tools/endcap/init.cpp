// endcap init: a small project that works, to start from.
#include <fmt/format.h>

#include <filesystem>

#include "compiler/schema/file.h"
#include "compiler/schema/project.h"
#include "tools/endcap/commands.h"
#include "tools/endcap/template.h"

namespace endcap::command {

namespace fs = std::filesystem;

namespace {

// A folder that holds nothing but a repository's own folder is still empty for our purpose.
bool has_nothing(const fs::path& folder) {
  for (auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().filename() != ".git") return false;
  }
  return true;
}

// The project is named after its folder.
std::string named(std::string text, const fs::path& folder) {
  std::string name = fs::weakly_canonical(folder).filename().string();
  std::string safe;
  for (char c : name) safe += c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20 ? '_' : c;
  size_t at = text.find("@NAME@");
  return at == text.npos ? text : text.replace(at, 6, safe);
}

int run_init(const fs::path& folder) {
  try {
    if (fs::exists(folder) && !fs::is_directory(folder)) {
      tell(fmt::format("{} is a file: name a new or empty folder", folder.string()));
      return kConflict;
    }
    if (fs::exists(folder) && !has_nothing(folder)) {
      tell(fmt::format("{} is not empty: nothing was written. Name a new or empty folder", folder.string()));
      return kConflict;
    }
    for (auto& file : template_files()) {
      fs::path path = folder / file.path;
      fs::create_directories(path.parent_path());
      if (auto written = write_file(path, named(std::string(file.text), folder)); !written) {
        tell(fmt::format("can't write {}: {}", path.string(), written.error()));
        return kInternal;
      }
    }
  } catch (const fs::filesystem_error& error) {
    tell(fmt::format("can't make {}: {}", folder.string(), error.code().message()));
    return kInternal;
  }
  SourceMap sources;
  Diagnostics diagnostics;
  std::string error;
  if (!write_lock(load_project(folder, sources, diagnostics), error)) {
    tell(error);
    return kInternal;
  }
  tell(fmt::format(
      "made a project in {0}. Next:\n  endcap check {0}\n  endcap test {0}\n  then read {1} and change it",
      folder.string(), (folder / "markdown.endcap").string()));
  return kClean;
}

}  // namespace

void add_init(CLI::App& app, int& exit_code) {
  auto folder = std::make_shared<std::string>();
  auto* command =
      app.add_subcommand("init", "Make a project that works: a workflow, a schema, roles and a calendar");
  command->add_option("FOLDER", *folder, "A new or empty folder")->required();
  command->footer(
      "Example:\n"
      "  endcap init shop && endcap check shop\n"
      "\n"
      "A folder that is not empty is left as it is (exit code 6).");
  command->callback([folder, &exit_code] { exit_code = run_init(*folder); });
}

}  // namespace endcap::command
