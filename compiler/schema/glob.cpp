// Which files a project's `sources` patterns name.
#include <algorithm>

#include "compiler/schema/project_parts.h"

namespace endcap {

namespace fs = std::filesystem;

namespace {

constexpr int kFolderDepthMax = 32;

void collect(const fs::path& folder, const std::string& prefix, std::string_view pattern, int depth,
             std::vector<fs::path>& found) {
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    std::string name = entry->path().filename().string();
    if (name.starts_with('.')) continue;
    std::string relative = prefix + name;
    std::error_code ignored;
    if (entry->is_directory(ignored)) {
      if (depth < kFolderDepthMax) collect(entry->path(), relative + "/", pattern, depth + 1, found);
    } else if (entry->is_regular_file(ignored) && matches_glob(relative, pattern)) {
      found.push_back(entry->path());
    }
  }
}

}  // namespace

// Backtracks to the last star only: linear for patterns as people write them, never exponential.
bool matches_glob(std::string_view path, std::string_view pattern) {
  if (size_t stars = pattern.find("**/"); stars == 0) {
    for (size_t at = 0; at != path.npos;
         at = path.find('/', at) == path.npos ? path.npos : path.find('/', at) + 1) {
      if (matches_glob(path.substr(at), pattern.substr(3))) return true;
    }
    return false;
  }
  size_t segment = pattern.find('/');
  if (segment != pattern.npos) {
    size_t slash = path.find('/');
    return slash != path.npos && matches_glob(path.substr(0, slash), pattern.substr(0, segment)) &&
           matches_glob(path.substr(slash + 1), pattern.substr(segment + 1));
  }
  if (path.find('/') != path.npos) return false;
  size_t p = 0, q = 0, star = pattern.npos, mark = 0;
  while (p < path.size()) {
    if (q < pattern.size() && pattern[q] == '*') {
      star = q++;
      mark = p;
    } else if (q < pattern.size() && (pattern[q] == '?' || pattern[q] == path[p])) {
      ++p, ++q;
    } else if (star != pattern.npos) {
      q = star + 1;
      p = ++mark;
    } else {
      return false;
    }
  }
  while (q < pattern.size() && pattern[q] == '*') ++q;
  return q == pattern.size();
}

std::vector<fs::path> find_files(const fs::path& folder, std::string_view pattern) {
  std::vector<fs::path> found;
  collect(folder, "", pattern, 0, found);
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace endcap
