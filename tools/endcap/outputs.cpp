// Formats and files of what a command says: see outputs.h.
#include "tools/endcap/outputs.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <set>

#include "compiler/diag/render_formats.h"
#include "compiler/schema/file.h"
#include "tools/common/compile_project.h"
#include "tools/endcap/commands.h"

namespace endcap::command {

namespace fs = std::filesystem;

namespace {

std::string names_of(const std::vector<Format>& formats, const char* between) {
  std::vector<std::string> names;
  for (const std::string& name : format_names()) {
    if (std::ranges::find(formats, *find_format(name)) != formats.end()) names.push_back(name);
  }
  return fmt::format("{}", fmt::join(names, between));
}

}  // namespace

const std::vector<Format> Outputs::kAll = {Format::Human, Format::Short,  Format::Json,
                                           Format::Sarif, Format::Github, Format::Junit};
const std::vector<Format> Outputs::kWithoutPlaces = {Format::Human, Format::Short, Format::Json};

void Outputs::add_to(CLI::App& command, std::vector<Format> formats, const std::string& about, bool bare) {
  command_ = command.get_name();
  for (const CLI::App* group = command.get_parent(); group && group->get_parent();
       group = group->get_parent())
    command_ = group->get_name() + " " + command_;
  formats_ = std::move(formats);
  bare_ = bare;
  command.add_option("--format", named_, about)->type_name(names_of(formats_, "|"))->default_str("human");
  command
      .add_option("--output", arguments_, "FORMAT=FILE: write it there too, in that format; may be repeated")
      ->allow_extra_args(false)
      ->take_all();
}

std::expected<Format, std::string> Outputs::known(const std::string& option, const std::string& name) const {
  const auto format = find_format(name);
  if (!format)
    return std::unexpected(
        fmt::format("{}: there is no format `{}`, but {}", option, name, names_of(formats_, ", ")));
  if (std::ranges::find(formats_, *format) == formats_.end())
    return std::unexpected(fmt::format("{}: `{}` makes no sense for endcap {}, which has {}", option, name,
                                       command_, names_of(formats_, ", ")));
  return *format;
}

std::expected<void, std::string> Outputs::parse_output(const std::string& argument) {
  const size_t equals = argument.find('=');
  if (bare_ && equals == std::string::npos) {
    named_ = argument;
    return {};
  }
  if (equals == std::string::npos || equals + 1 == argument.size())
    return std::unexpected(
        fmt::format("--output {} is not FORMAT=FILE, as in --output json=endcap.json", argument));
  const auto format = known("--output " + argument, argument.substr(0, equals));
  if (!format) return std::unexpected(format.error());
  files_.push_back({*format, argument.substr(equals + 1)});
  return {};
}

std::expected<void, std::string> Outputs::parse() {
  std::set<fs::path> seen;
  for (const std::string& argument : arguments_) {
    const size_t before = files_.size();
    if (auto read = parse_output(argument); !read) return read;
    if (files_.size() == before) continue;
    std::error_code error;
    if (!seen.insert(fs::weakly_canonical(fs::absolute(files_.back().path), error)).second)
      return std::unexpected(fmt::format("--output {}: this file is given twice", argument));
  }
  const auto format = known("--format " + named_, named_);
  if (!format) return std::unexpected(format.error());
  format_ = *format;
  return {};
}

bool Outputs::write(const Say& say) const {
  const bool filed = write_files(say);
  return print(say(format_, wants_colour(STDOUT_FILENO))) && filed;
}

bool Outputs::write_files(const Say& say) const {
  bool all = true;
  for (const File& file : files_) {
    if (const auto written = write_file(file.path, say(file.format, false)); !written) {
      tell(fmt::format("can't write {}: {}", file.path.string(), written.error()));
      all = false;
    }
  }
  return all;
}

Outputs::Say say_findings(const std::vector<Diagnostic>& findings, const SourceMap& sources,
                          const fs::path& folder) {
  return [&findings, &sources, here = folder_from_here(folder)](Format format, bool colour) {
    return render(findings, sources,
                  {.format = format, .colour = colour, .folder = here, .version = ENDCAP_VERSION});
  };
}

std::string report_text(const std::vector<ReportFinding>& findings, Format format, const std::string& suite,
                        const fs::path& folder) {
  const std::string project = path_from(folder_from_here(folder), "endcap.toml");
  if (format == Format::Sarif) return sarif_log(findings, project, ENDCAP_VERSION);
  if (format == Format::Junit) return junit_report({junit_suite(suite, findings, project)});
  if (format == Format::Json) return findings_json(findings);
  std::string text;
  for (const ReportFinding& finding : findings)
    text += format == Format::Github ? github_command(finding) : short_line(finding);
  return text;
}

std::string folder_from_here(const fs::path& folder) {
  std::error_code error;
  const fs::path whole = fs::weakly_canonical(folder, error), here = fs::current_path(error);
  const fs::path relative = whole.lexically_relative(here);
  return (relative.empty() || *relative.begin() == ".." ? whole : relative).generic_string();
}

}  // namespace endcap::command
