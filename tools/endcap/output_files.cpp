// Findings into files: see output_files.h.
#include "tools/endcap/output_files.h"

#include <fmt/format.h>

#include <set>

#include "compiler/schema/file.h"
#include "tools/endcap/commands.h"

namespace endcap::command {

namespace fs = std::filesystem;

std::expected<std::vector<OutputFile>, std::string> parse_output_files(
    const std::vector<std::string>& arguments) {
  std::vector<OutputFile> files;
  std::set<fs::path> seen;
  for (const std::string& argument : arguments) {
    const size_t equals = argument.find('=');
    if (equals == std::string::npos || equals + 1 == argument.size())
      return std::unexpected(
          fmt::format("--output {} is not FORMAT=FILE, as in --output sarif=endcap.sarif", argument));
    const std::string name = argument.substr(0, equals);
    const auto format = find_format(name);
    if (!format)
      return std::unexpected(fmt::format("--output {}: there is no format `{}`, but {}", argument, name,
                                         fmt::join(format_names(), ", ")));
    files.push_back({*format, argument.substr(equals + 1)});
    std::error_code error;
    if (!seen.insert(fs::weakly_canonical(fs::absolute(files.back().path), error)).second)
      return std::unexpected(fmt::format("--output {}: this file is given twice", argument));
  }
  return files;
}

bool write_output_files(const std::vector<OutputFile>& files, const std::vector<Diagnostic>& findings,
                        const SourceMap& sources, const fs::path& folder) {
  bool all = true;
  for (const OutputFile& file : files) {
    const std::string text =
        render(findings, sources,
               {.format = file.format, .folder = folder_from_here(folder), .version = ENDCAP_VERSION});
    if (const auto written = write_file(file.path, text); !written) {
      tell(fmt::format("can't write {}: {}", file.path.string(), written.error()));
      all = false;
    }
  }
  return all;
}

std::string folder_from_here(const fs::path& folder) {
  std::error_code error;
  const fs::path whole = fs::weakly_canonical(folder, error), here = fs::current_path(error);
  const fs::path relative = whole.lexically_relative(here);
  return (relative.empty() || *relative.begin() == ".." ? whole : relative).generic_string();
}

}  // namespace endcap::command
