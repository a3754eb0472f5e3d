// The parts a project is read in.
#pragma once

#include "compiler/schema/project.h"

namespace endcap {

// import.cpp. A file that can't be opened has no text to point into: `setting`, which names it, is the place.
std::optional<schema::Schema> import_schema_named_at(Span setting, const std::filesystem::path& path,
                                                     std::string shown_path, SourceMap& sources,
                                                     Diagnostics& diagnostics);

// lock.cpp: every schema against endcap.lock.
void check_lock(const Project& project, SourceMap& sources, Diagnostics& diagnostics, const Overlay& overlay);

// What a project reads where endcap.toml does not say it.
inline constexpr std::string_view kSourcesPattern = "*.endcap";
inline constexpr std::string_view kDataPattern = "data/*.csv";

// glob.cpp: files under `folder` whose path matches: `*` within a name, `**` over folders, `?` one character.
// Sorted; build output and hidden folders are not looked into.
std::vector<std::filesystem::path> find_files(const std::filesystem::path& folder, std::string_view pattern);
bool matches_glob(std::string_view path, std::string_view pattern);

}  // namespace endcap
