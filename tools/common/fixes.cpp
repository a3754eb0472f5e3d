// Rounds of fixes: choose, apply, check again, undo what made things worse.
#include "tools/common/fixes.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

namespace endcap {

namespace {

using Chosen = std::vector<const Diagnostic*>;  // each with a fix, in ascending order of its place
using FindingKey = std::tuple<std::string, std::string_view, std::string>;

FindingKey key_of(const Diagnostic& d, const SourceMap& sources) {
  return {d.span.valid() ? sources.file(d.span.source).path : "", info(d.kind).code, message(d)};
}

bool is_error(const Diagnostic& d) { return info(d.kind).severity == Severity::Error; }

// A finding of `after` that `before` does not have, or not as often; null: it is no worse. Much is looked at
// only where there is no error: a warning that comes with the last one gone was there before.
const Diagnostic* new_finding(const CheckedTexts& before, const CheckedTexts& after) {
  std::map<FindingKey, int> count;
  for (const Diagnostic& d : before.findings) ++count[key_of(d, before.sources)];
  const bool uncovered =
      std::ranges::any_of(before.findings, is_error) && std::ranges::none_of(after.findings, is_error);
  for (const Diagnostic& d : after.findings) {
    if (--count[key_of(d, after.sources)] < 0 && !uncovered) return &d;
  }
  return nullptr;
}

// Two insertions at one place have no order, and one at the edge of a replacement has none either.
bool overlap(const Span& first, const Span& second) {
  if (second.begin != first.end) return second.begin < first.end;
  return first.begin == first.end || second.begin == second.end;
}

class Rounds {
 public:
  explicit Rounds(const CheckTexts& check) : check_(check) {}

  Fixed run() {
    fixed_.before = check_({});
    now_ = fixed_.before;
    Chosen chosen = choose();
    while (!chosen.empty() && fixed_.rounds < kFixRoundsMax) {
      ++fixed_.rounds;
      round(std::move(chosen));
      chosen = choose();
    }
    fixed_.unfinished = !chosen.empty();
    fixed_.after = std::move(now_);
    return std::move(fixed_);
  }

 private:
  Chosen choose() const {
    Chosen candidates;
    for (const Diagnostic& d : now_.findings) {
      if (!d.fix || !d.fix->safe || !d.fix->span.valid()) continue;
      if (std::ranges::find(now_.editable, d.fix->span.source) == now_.editable.end()) continue;
      if (now_.sources.text(d.fix->span) == d.fix->replacement && d.fix->span.begin != d.fix->span.end)
        continue;
      if (!refused_.contains(refusal(d))) candidates.push_back(&d);
    }
    std::ranges::stable_sort(candidates, {}, [](const Diagnostic* d) {
      return std::tuple(d->fix->span.source, d->fix->span.begin, d->fix->span.end);
    });
    Chosen chosen;
    for (const Diagnostic* d : candidates) {
      const bool clear = chosen.empty() || chosen.back()->fix->span.source != d->fix->span.source ||
                         !overlap(chosen.back()->fix->span, d->fix->span);
      if (clear) chosen.push_back(d);
    }
    return chosen;
  }

  void round(Chosen chosen) {
    Overlay texts = with(chosen);
    CheckedTexts next = check_(texts);
    if (new_finding(now_, next)) {
      chosen = harmless(chosen);
      if (chosen.empty()) return;
      texts = with(chosen);
      next = check_(texts);
      if (new_finding(now_, next)) {  // only together do they harm: one at a time, then
        chosen.resize(1);
        texts = with(chosen);
        next = check_(texts);
      }
    }
    for (const Diagnostic* d : chosen) {
      const SourceFile& file = now_.sources.file(d->fix->span.source);
      fixed_.original.try_emplace(file.path,
                                  file.text);  // the first round that touches it saw the file's own
      fixed_.applied.push_back(remark(*d));
    }
    fixed_.changed = std::move(texts);
    now_ = std::move(next);
  }

  // Those that alone make nothing worse. The others are remembered, so that they are not tried again.
  Chosen harmless(const Chosen& chosen) {
    Chosen result;
    for (const Diagnostic* d : chosen) {
      const CheckedTexts next = check_(with({d}));
      if (const Diagnostic* worse = new_finding(now_, next)) {
        refused_.insert(refusal(*d));
        fixed_.undone.push_back(remark(*d));
        fixed_.undone.back().why = std::string(info(worse->kind).code) + ": " + message(*worse);
      } else {
        result.push_back(d);
      }
    }
    return result;
  }

  Overlay with(const Chosen& chosen) const {
    std::map<SourceId, std::vector<const Fix*>> by_file;
    for (const Diagnostic* d : chosen) by_file[d->fix->span.source].push_back(&*d->fix);
    Overlay texts = fixed_.changed;
    for (const auto& [source, fixes] : by_file) {
      const SourceFile& file = now_.sources.file(source);
      texts[file.path] = apply_fixes(file.text, fixes);
    }
    return texts;
  }

  FixRemark remark(const Diagnostic& d) const {
    return {now_.sources.file(d.fix->span.source).path,
            now_.sources.line_column(d.fix->span.source, d.fix->span.begin), std::string(info(d.kind).code),
            d.fix->title, ""};
  }

  std::tuple<FindingKey, std::string> refusal(const Diagnostic& d) const {
    return {key_of(d, now_.sources), d.fix->replacement};
  }

  const CheckTexts& check_;
  CheckedTexts now_;
  Fixed fixed_;
  std::set<std::tuple<FindingKey, std::string>> refused_;
};

}  // namespace

std::string apply_fixes(std::string_view text, const std::vector<const Fix*>& fixes) {
  std::string result;
  size_t at = 0;
  for (const Fix* fix : fixes) {
    const size_t begin = std::min<size_t>(fix->span.begin, text.size());
    result += text.substr(at, begin - at);
    result += fix->replacement;
    at = std::min<size_t>(std::max(fix->span.begin, fix->span.end), text.size());
  }
  return result.append(text.substr(at));
}

Fixed fix_texts(const CheckTexts& check) { return Rounds(check).run(); }

}  // namespace endcap
