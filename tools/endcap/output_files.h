// `--output FORMAT=FILE`: findings in further formats, each in a file of its own.
#pragma once

#include <expected>
#include <filesystem>
#include <string>
#include <vector>

#include "compiler/diag/render.h"

namespace endcap::command {

struct OutputFile {
  Format format;
  std::filesystem::path path;
};

// The error is a sentence about the command line.
std::expected<std::vector<OutputFile>, std::string> parse_output_files(
    const std::vector<std::string>& arguments);

// Each file is written whole or not at all. False, with a message, when one can't be written; the others are.
bool write_output_files(const std::vector<OutputFile>& files, const std::vector<Diagnostic>& findings,
                        const SourceMap& sources, const std::filesystem::path& folder);

// The project's folder as a build server names it: from where the command runs, absolute when it lies
// elsewhere.
std::string folder_from_here(const std::filesystem::path& folder);

}  // namespace endcap::command
