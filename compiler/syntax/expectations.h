// What could stand at the place of a syntax error, in the words of a planner.
#pragma once

#include <string>
#include <vector>

#include "compiler/syntax/messages.h"

namespace endcap::syntax {

struct Expectation {
  std::string what;  // "a deadline such as `4 business hours`"; empty when nothing sensible can be said
  std::vector<std::string> keywords;         // what a misspelt word may have meant
  std::vector<std::string> keywords_before;  // and what the word in front may have meant
  bool name = false;                         // a name could stand here
};

// "the end of the declaration": what the text in which the place is ends with.
std::string end_of_text(const SyntaxErrorPlace& error);

// `before` is the type of the token in front of the error.
Expectation expectation(const SyntaxErrorPlace& error, size_t before);

}  // namespace endcap::syntax
