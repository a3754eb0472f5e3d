// Trust of a value, field by field: a record read from a view is trusted but for the fields that the view
// marks as advice.
//
// A label keeps where the advice came from, not only that it is advice: whoever granted a write knowing one
// forecast has not granted it for another.
#pragma once

#include <string>
#include <vector>

#include "compiler/sema/typed.h"

namespace endcap::sema {

// Advice that one read, event or parameter brought in.
struct Source {
  uint32_t local = 0;  // what it was bound to: LocalId::index
  std::string path;    // for people: "`forecast` of StockPosition -> `gap`"
};

struct Label {
  std::vector<Source> sources;  // of the whole value, its existence included; none: trusted
  // Record: one label a field. List, Optional: one label for what is inside. Empty: all of it as `sources`.
  std::vector<Label> parts;

  bool advice() const { return !sources.empty(); }
  Trust trust() const { return advice() ? Trust::Advice : Trust::Trusted; }
  const std::string& path() const { return sources.front().path; }  // of the first; only of advice
};

// What one gets who sees both.
Label join(Label a, const Label& b);
// The label of everything inside, as one.
Label flatten(const Label& label);
// Whether the value is there at all, and how many are inside, without what they are.
Label existence(const Label& label);
// What a field or element of the value is labelled.
Label part(const Label& label, size_t index);
// What is inside, for those who stand where the value exists: in the body of its loop or `match` arm.
Label inside(const Label& label);
// A value fresh from outside, of this type, bound to a local: advice where a view says so.
Label label_of_type(const abi::Types& types, TypeId type, LocalId source);
// Which parts of a value of this type are advice.
abi::Parts parts_of(const abi::Types& types, TypeId type, const Label& label);
// The same label, with one more place that it went through.
Label through(Label label, const std::string& place);
// Advice in `label` that does not come from what `known` comes from; null when there is none.
const Source* beyond(const Label& label, const Label& known);

}  // namespace endcap::sema
