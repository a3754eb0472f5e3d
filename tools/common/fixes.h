// Safe fixes of findings, applied to the texts of a project until nothing is left to apply, and then to its
// files.
#pragma once

#include <expected>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/diag/diagnostic.h"
#include "compiler/schema/project.h"

namespace endcap {

// What a check of the project says while `changed` stands for the files on disk.
struct CheckedTexts {
  SourceMap sources;
  std::vector<Diagnostic> findings;
  std::vector<SourceId> editable;  // the project's own files; schemas belong to others
};
using CheckTexts = std::function<CheckedTexts(const Overlay& changed)>;

struct FixRemark {
  std::string path;
  LineColumn at;  // in the text as it was when the fix was looked at
  std::string code, title;
  std::string why;  // of one that was undone: the finding that it would bring
};

struct Fixed {
  CheckedTexts before, after;
  Overlay original, changed;  // path -> its text without and with the fixes; only files that got some
  std::vector<FixRemark> applied, undone;
  size_t rounds = 0;
  bool unfinished = false;  // there were still fixes after the last round
};

inline constexpr size_t kFixRoundsMax = 10;

// Each round applies the safe fixes that do not overlap and checks again. A fix with which there is a finding
// that was not there before is undone and not tried again; a warning that errors had hidden was there before.
Fixed fix_texts(const CheckTexts& check);

struct NotWritten {
  bool changed_meanwhile = false;  // else it could not be written
  std::string message;             // a sentence
};

// Writes the changed texts into the project's folder, each file whole. When one of them is no longer what was
// read, none is written.
std::expected<void, NotWritten> write_fixed(const std::filesystem::path& folder, const Fixed& fixed);

// The text with these fixes in it. They must be in ascending order and must not overlap.
std::string apply_fixes(std::string_view text, const std::vector<const Fix*>& fixes);

}  // namespace endcap
