// A large project: the shipped workflows, over and over, each copy under names of its own.
#pragma once

#include <cstddef>
#include <filesystem>

namespace endcap::bench {

struct CopiedProject {
  size_t files = 0, lines = 0;
};

// Makes `folder` anew, with at least `files` of them. Throws std::runtime_error when that can't be done.
CopiedProject copy_project(const std::filesystem::path& workflows, const std::filesystem::path& folder,
                           size_t files);

}  // namespace endcap::bench
