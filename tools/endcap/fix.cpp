// endcap fix: applies what a finding itself says to write, where that is safe.
#include <fmt/format.h>

#include <algorithm>

#include "tools/common/compile_project.h"
#include "tools/common/fixes.h"
#include "tools/common/unified_diff.h"
#include "tools/endcap/commands.h"

namespace endcap::command {

namespace fs = std::filesystem;

namespace {

struct FixOptions {
  std::string folder = ".";
  bool dry_run = false;
};

CheckedTexts check_texts(const fs::path& folder, const Overlay& changed) {
  CheckedProject project = check_project(folder, changed);
  CheckedTexts result;
  result.findings = project.diagnostics.sorted(project.sources);
  result.editable = project.project.sources;
  result.sources = std::move(project.sources);
  for (size_t i = 0; i < result.sources.size(); ++i) {
    const auto id = static_cast<SourceId>(i);
    const std::string& path = result.sources.file(id).path;
    if (path == "endcap.toml" || path == "endcap.lock") result.editable.push_back(id);
  }
  return result;
}

std::string place(const FixRemark& remark) {
  return fmt::format("{}:{}:{}: {}: {}", remark.path, remark.at.line, remark.at.column, remark.code,
                     remark.title);
}

void tell_what_is_left(const FixOptions& options, const Fixed& fixed) {
  for (const FixRemark& remark : fixed.undone)
    tell(fmt::format("left as it was, because there would be a new finding: {}\n  {}", place(remark),
                     remark.why));
  if (fixed.unfinished)
    tell(fmt::format("stopped after {} rounds: there is still something to apply", fixed.rounds));
  const auto by_hand =
      std::ranges::count_if(fixed.after.findings, [](const Diagnostic& d) { return d.fix && !d.fix->safe; });
  if (by_hand > 0)
    tell(fmt::format("{} finding{} a suggestion that is for you to judge: `endcap check` shows it", by_hand,
                     by_hand == 1 ? " has" : "s have"));
  tell(fmt::format(
      "{} {} fix{} in {} file{}; {}", options.dry_run ? "would apply" : "applied", fixed.applied.size(),
      fixed.applied.size() == 1 ? "" : "es", fixed.changed.size(), fixed.changed.size() == 1 ? "" : "s",
      fixed.after.findings.empty() ? "nothing is left" : "what is left: " + summary(fixed.after.findings)));
}

int run_fix(const FixOptions& options) {
  std::error_code error;
  if (!fs::is_directory(options.folder, error)) {
    tell(fmt::format("there is no folder {}: name the one with the project's endcap.toml", options.folder));
    return kInternal;
  }
  const Fixed fixed = fix_texts([&](const Overlay& changed) { return check_texts(options.folder, changed); });
  std::string text;
  if (options.dry_run) {
    for (const auto& [path, after] : fixed.changed)
      text += unified_diff(path, fixed.original.at(path), after);
  } else {
    if (const auto written = write_fixed(options.folder, fixed); !written) {
      tell(written.error().message);
      return written.error().changed_meanwhile ? kConflict : kInternal;
    }
    for (const FixRemark& remark : fixed.applied) text += place(remark) + "\n";
  }
  if (!print(text)) return kInternal;
  tell_what_is_left(options, fixed);
  return (options.dry_run ? fixed.before : fixed.after).findings.empty() ? kClean : kFindings;
}

}  // namespace

void add_fix(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<FixOptions>();
  auto* command = app.add_subcommand("fix", "Apply the fixes of findings that are safe to apply");
  command->add_option("FOLDER", options->folder, "The project: a folder with endcap.toml")
      ->capture_default_str();
  command->add_flag("--dry-run", options->dry_run,
                    "Change nothing: print what would change as a unified diff");
  command->footer(
      "Example:\n"
      "  endcap fix workflows --dry-run\n"
      "  endcap fix workflows\n"
      "\n"
      "Only fixes whose meaning is beyond doubt are applied; a suggestion after a misspelled name is not. A "
      "fix with\n"
      "which there would be a new finding is undone. Which schema is meant nobody but you can say: none is "
      "pinned.\n"
      "Prints one line for each that was applied. Exit code: 0 "
      "when the\n"
      "project is clean afterwards, 1 when findings are left (with --dry-run: when it has findings now), 6 "
      "when a\n"
      "file changed in the meantime.");
  command->callback([options, &exit_code] { exit_code = run_fix(*options); });
}

}  // namespace endcap::command
