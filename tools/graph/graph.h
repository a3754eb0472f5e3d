// A workflow as people see it, for every format alike: what happens in which order, and what happens
// otherwise. It is a tree, as the workflow's text is one; flow.h makes nodes and edges of it. Every text is
// one line of plain words, not yet escaped.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace endcap::graph {

enum class Kind : uint8_t {
  Start,
  // With bodies.
  Step,
  Each,
  Together,
  Choice,
  // One thing at a time, with what happens otherwise.
  Read,
  Notify,
  Propose,
  Approval,
  Write,
  Run,
  Task,
  Raise,
  WaitUntil,
  WaitEvent,
  Yield,
  // Only handlers: what is heard from there on.
  Throughout,
  // Nothing comes behind them.
  Finish,
  Fail,
  Skip,
};

// Where it goes on behind the last node of a path.
enum class Then : uint8_t {
  GoesOn,  // with what stands behind the node that the path belongs to
  Ends,    // nowhere: its last node is an end, or it was a handler that nothing waits for
  Skip,    // the element, or the rest of the handler, is left out
  Again,   // back to the node that the path belongs to: retry, ask again, wait until another moment
};

struct Node;

// Nodes one after the other: the body of a step, a branch, an arm, or a handler.
struct Path {
  std::string caption;  // "branch online", "when x > 0", "on rejected, expired"; empty for the only body
  std::vector<Node> nodes;
  Then then = Then::GoesOn;
  std::string then_words;  // "then ask again"; empty when nothing is said
};

struct Node {
  Kind kind;
  std::string title;                 // "approval pricing"
  std::vector<std::string> details;  // "within 8 business hours"
  std::vector<Path> bodies;          // Step, Each: one; Together: all of them; Choice: one of them
  std::vector<Path> handlers;        // what happens when something else comes
};

struct Graph {
  std::string name;         // "NationalPromotion"
  std::vector<Node> nodes;  // begins with Kind::Start
};

// Whether nothing comes behind a node of this kind.
constexpr bool is_end(Kind kind) { return kind == Kind::Finish || kind == Kind::Fail || kind == Kind::Skip; }

}  // namespace endcap::graph
