// endcap fmt: sources in their canonical layout.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <iterator>
#include <set>

#include "compiler/diag/report.h"
#include "compiler/schema/file.h"
#include "compiler/syntax/format.h"
#include "tools/common/compile_project.h"
#include "tools/endcap/commands.h"
#include "tools/endcap/outputs.h"

namespace endcap::command {

namespace fs = std::filesystem;

namespace {

struct FmtOptions {
  std::vector<std::string> paths;
  bool check = false;
  Outputs outputs;
};

struct Counts {
  size_t files = 0;
  size_t changed = 0;                    // with --check: would change
  size_t unreadable = 0;                 // syntax errors: left as they are
  bool failed = false;                   // input or output
  std::string text = {}, coloured = {};  // for people: what would change, and what can't be read
  std::vector<ReportFinding> findings = {};
};

// Where the two part: the first line of `before` that is not as in `after`.
uint32_t first_difference(std::string_view before, std::string_view after) {
  uint32_t line = 1;
  for (size_t i = 0; i < before.size() && i < after.size() && before[i] == after[i]; ++i)
    line += before[i] == '\n';
  return line;
}

void add_would_change(const std::string& path, std::string_view before, std::string_view after,
                      Counts& counts) {
  counts.text += path + "\n";
  counts.coloured += path + "\n";
  counts.findings.push_back({.rule = "fmt/layout",
                             .rule_name = "layout",
                             .severity = Severity::Warning,
                             .message = "this file is not in its one layout from here on",
                             .place = ReportPlace{path, {first_difference(before, after), 1}},
                             .notes = {"`endcap fmt` brings it there"}});
}

std::string files(size_t count) { return fmt::format("{} file{}", count, count == 1 ? "" : "s"); }

// The sources a path stands for: itself, or every source in the folder but for hidden folders.
std::expected<std::set<fs::path>, std::string> sources_at(const fs::path& path) {
  std::error_code error;
  if (!fs::exists(path, error)) return std::unexpected(fmt::format("there is no {}", path.string()));
  if (!fs::is_directory(path, error)) return std::set<fs::path>{path};
  std::set<fs::path> found;
  fs::recursive_directory_iterator at(path, error);
  for (; !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
    const std::string name = at->path().filename().string();
    std::error_code ignored;
    if (name.starts_with('.') && at->is_directory(ignored)) {
      at.disable_recursion_pending();
    } else if (at->path().extension() == ".endcap" && at->is_regular_file(ignored)) {
      found.insert((path == "." ? at->path().lexically_relative(".") : at->path()));
    }
  }
  if (error) return std::unexpected(fmt::format("can't read {}: {}", path.string(), error.message()));
  if (found.empty()) return std::unexpected(fmt::format("there is no .endcap file in {}", path.string()));
  return found;
}

// The text in its layout; nothing, and findings, when it can't be read.
std::optional<std::string> formatted(std::string shown, std::string text, Counts& counts) {
  SourceMap sources;
  Diagnostics diagnostics;
  const SourceId source = sources.add(std::move(shown), std::move(text));
  auto result = format(sources, source, diagnostics);
  if (!result) {
    ++counts.unreadable;
    const auto findings = diagnostics.sorted(sources);
    counts.text += render(findings, sources, {Format::Human, false});
    counts.coloured += render(findings, sources, {Format::Human, true});
    for (const Diagnostic& each : findings) counts.findings.push_back(report_of(each, sources, ""));
  }
  return result;
}

// A link stays a link: what it leads to is written.
std::expected<void, std::string> replace(const fs::path& path, std::string_view text) {
  std::error_code error;
  const fs::path target = fs::canonical(path, error);
  if (error) return std::unexpected(error.message());
  if (::access(target.c_str(), W_OK) != 0) return std::unexpected("it may not be written");
  return write_file(target, text);
}

void format_file(const fs::path& path, const FmtOptions& options, Counts& counts) {
  ++counts.files;
  auto text = read_file(path);
  if (!text) {
    tell(fmt::format("can't read {}: {}", path.string(), text.error()));
    counts.failed = true;
    return;
  }
  const auto result = formatted(path.string(), *text, counts);
  if (!result || *result == *text) return;
  ++counts.changed;
  if (options.check) {
    add_would_change(path.string(), *text, *result, counts);
  } else if (auto written = replace(path, *result); !written) {
    tell(fmt::format("can't write {}: {}", path.string(), written.error()));
    --counts.changed;
    counts.failed = true;
  }
}

int exit_code_of(const Counts& counts, bool check) {
  if (counts.failed) return kInternal;
  return counts.unreadable > 0 || (check && counts.changed > 0) ? kFindings : kClean;
}

// What was found, on stdout and in files.
void write_found(const FmtOptions& options, Counts& counts) {
  const bool written = options.outputs.write([&](Format format, bool colour) {
    if (format == Format::Human) return colour ? counts.coloured : counts.text;
    return report_text(counts.findings, format, "endcap fmt", ".");
  });
  counts.failed |= !written;
}

int format_stdin(const FmtOptions& options) {
  std::string text{std::istreambuf_iterator<char>(std::cin), {}};
  Counts counts;
  const auto result = formatted("stdin", text, counts);
  if (result && !options.check) return print(*result) ? kClean : kInternal;
  if (result && *result != text) {
    ++counts.changed;
    add_would_change("stdin", text, *result, counts);
  }
  write_found(options, counts);
  return exit_code_of(counts, options.check);
}

int run_fmt(FmtOptions& options) {
  if (const auto read = options.outputs.parse(); !read) {
    tell(read.error());
    return kUsage;
  }
  const bool reads_stdin = std::ranges::find(options.paths, "-") != options.paths.end();
  if (reads_stdin && options.paths.size() > 1) {
    tell("`-` is the text on stdin and stands alone");
    return kUsage;
  }
  if (reads_stdin) return format_stdin(options);
  std::set<fs::path> paths;
  Counts counts;
  for (const std::string& path : options.paths) {
    auto found = sources_at(path);
    if (found) {
      paths.merge(*found);
    } else {
      tell(found.error());
      counts.failed = true;
    }
  }
  for (const fs::path& path : paths) format_file(path, options, counts);
  write_found(options, counts);
  std::string unread = counts.unreadable == 0
                           ? ""
                           : fmt::format(", {} left as {}: there are syntax errors", files(counts.unreadable),
                                         counts.unreadable == 1 ? "it is" : "they are");
  tell(fmt::format("{} of {} {}{}", counts.changed, files(counts.files),
                   options.check ? "would change" : "changed", unread));
  return exit_code_of(counts, options.check);
}

}  // namespace

void add_fmt(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<FmtOptions>();
  options->paths = {"."};
  auto* command =
      app.add_subcommand("fmt", "Bring sources into their one layout: indentation, blanks, columns");
  command
      ->add_option("PATH", options->paths,
                   "Files, folders (every source in them), or `-`: from stdin to stdout")
      ->capture_default_str();
  command->add_flag("--check", options->check,
                    "Change nothing; list what would change and exit with 1 if anything");
  options->outputs.add_to(*command, Outputs::kAll,
                          "human: what can't be read, and with --check the files that would change; short: "
                          "one line a finding; json: for programs; sarif, github, junit: for build servers");
  command->footer(
      "Example:\n"
      "  endcap fmt                           every source of the current folder\n"
      "  endcap fmt workflows --check\n"
      "  endcap fmt workflows --check --format github\n"
      "  endcap fmt - < draft.endcap\n"
      "\n"
      "Tokens and comments stay as they are, and so do the author's line breaks where the language leaves "
      "them\n"
      "free. A file with a syntax error is reported and left alone (exit code 1).");
  command->callback([options, &exit_code] { exit_code = run_fmt(*options); });
}

}  // namespace endcap::command
