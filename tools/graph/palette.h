// What each kind of node looks like, the same in every format: dark text on a light ground, whatever page it
// stands on.
#pragma once

#include <string_view>

#include "tools/graph/graph.h"

namespace endcap::graph {

struct Look {
  std::string_view name;  // of a class: "approval"
  std::string_view fill, line, text;
};

inline constexpr std::string_view kPage = "#ffffff";
inline constexpr std::string_view kInk = "#1f2933";
inline constexpr std::string_view kFaint = "#52606d";

constexpr Look look_of(Kind kind) {
  switch (kind) {
    case Kind::Start:
      return {"start", "#323f4b", "#1f2933", "#ffffff"};
    case Kind::Step:
      return {"step", "#f5f7fa", "#7b8794", kInk};
    case Kind::Each:
      return {"each", "#edf5fd", "#5c93c4", kInk};
    case Kind::Together:
      return {"together", "#f4f0fb", "#8f7ac7", kInk};
    case Kind::Choice:
      return {"choice", "#fffbea", "#b8860b", kInk};
    case Kind::Approval:
      return {"approval", "#fff0cc", "#b7791f", kInk};
    case Kind::Task:
      return {"task", "#ffe9dc", "#c05621", kInk};
    case Kind::Raise:
      return {"raise", "#fde8e8", "#c53030", kInk};
    case Kind::WaitUntil:
    case Kind::WaitEvent:
      return {"wait", "#dceefb", "#2b6cb0", kInk};
    case Kind::Write:
      return {"write", "#def7e5", "#2f855a", kInk};
    case Kind::Run:
      return {"run", "#e6fffa", "#2c7a7b", kInk};
    case Kind::Throughout:
      return {"throughout", "#fdf0f6", "#b83280", kInk};
    case Kind::Finish:
      return {"finish", "#276749", "#1c4532", "#ffffff"};
    case Kind::Fail:
      return {"fail", "#9b2c2c", "#63171b", "#ffffff"};
    case Kind::Skip:
      return {"skip", "#e4e7eb", "#7b8794", kInk};
    default:
      return {"call", "#ffffff", "#7b8794", kInk};
  }
}

// Every kind once, for tables of classes; kinds that look alike share a name.
inline constexpr Kind kKinds[] = {Kind::Start,  Kind::Step,     Kind::Each,       Kind::Together,
                                  Kind::Choice, Kind::Approval, Kind::Task,       Kind::WaitUntil,
                                  Kind::Write,  Kind::Run,      Kind::Throughout, Kind::Finish,
                                  Kind::Fail,   Kind::Skip,     Kind::Read,       Kind::Raise};

}  // namespace endcap::graph
