// `--format FORMAT` and `--output FORMAT=FILE`: what a command found, on stdout and in files, each in a
// format of its own.
#pragma once

#include <CLI/CLI.hpp>
#include <expected>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "compiler/diag/render.h"
#include "compiler/diag/report.h"

namespace endcap::command {

class Outputs {
 public:
  // What the command says in this format; in colour only where a terminal shows it.
  using Say = std::function<std::string(Format format, bool colour)>;

  // Every format, and those that need no place in a file.
  static const std::vector<Format> kAll, kWithoutPlaces;

  // Adds the two options. `formats` are those that make sense for the command, Human among them; `about` says
  // for --help what they are. `bare`: `--output json` alone says what goes to stdout.
  void add_to(CLI::App& command, std::vector<Format> formats, const std::string& about, bool bare = false);

  // Reads what was given; the error is a sentence about the command line. Before anything else is done.
  std::expected<void, std::string> parse();

  Format format() const { return format_; }  // of stdout

  // To stdout, and to each file. False, with a message, when one can't be written; the others are.
  bool write(const Say& say) const;
  bool write_files(const Say& say) const;

 private:
  struct File {
    Format format;
    std::filesystem::path path;
  };
  std::expected<Format, std::string> known(const std::string& option, const std::string& name) const;
  std::expected<void, std::string> parse_output(const std::string& argument);

  std::string command_, named_ = "human";
  std::vector<Format> formats_;
  std::vector<std::string> arguments_;
  bool bare_ = false;
  Format format_ = Format::Human;
  std::vector<File> files_;
};

// Diagnostics in any format; `folder` is the project's.
Outputs::Say say_findings(const std::vector<Diagnostic>& findings, const SourceMap& sources,
                          const std::filesystem::path& folder);

// What is no diagnostic, in any format but for people. `suite` is the command, for JUnit.
std::string report_text(const std::vector<ReportFinding>& findings, Format format, const std::string& suite,
                        const std::filesystem::path& folder);

// The project's folder as a build server names it: from where the command runs, absolute when it lies
// elsewhere.
std::string folder_from_here(const std::filesystem::path& folder);

}  // namespace endcap::command
