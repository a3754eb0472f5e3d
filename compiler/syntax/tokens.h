// Text to tokens: ANTLR's lexer, byte positions, and what only the neighbours of a token can tell (units,
// currencies, names that are keywords elsewhere, constructs of later releases).
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "EndcapLexer.h"
#include "compiler/diag/diagnostic.h"

namespace endcap::syntax {

using Lexer = grammar::EndcapLexer;
using Tokens = std::vector<std::unique_ptr<antlr4::CommonToken>>;

// The lexer's tokens of one file. Start and stop indices are byte offsets, half-open. Comments and blanks are
// left out of `tokens`; the lexer itself keeps them on the hidden channel for whoever formats.
struct TokenisedFile {
  std::unique_ptr<antlr4::ANTLRInputStream> input;
  std::unique_ptr<Lexer> lexer;  // the tokens point to it
  Tokens tokens;                 // without the end of file
};

// `text` stands for that of the source: it is as long as that.
TokenisedFile tokenise(std::string_view text, SourceId source, Diagnostics& diagnostics);

// Gives `40 ea`, `AUD 5.00`, `4 business hours`, `or else`, `x.to` and `to: x` their meaning.
void retag_by_neighbours(Tokens& tokens, std::string_view text);

// Gives the words of a test their meaning, in the tokens of one test.
void retag_test_words(Tokens& tokens, std::string_view text);
std::string_view test_word(size_t type);  // "becomes"; empty for other tokens

// The same for one advisor.
void retag_advisor_words(Tokens& tokens, std::string_view text);
void retag_data_words(Tokens& tokens, std::string_view text);  // of a view, a system or an advisor
std::string_view advisor_word(size_t type);  // "timeout"
// The same for one schedule.
void retag_schedule_words(Tokens& tokens, std::string_view text);
void retag_recurrence_word(antlr4::CommonToken& token, std::string_view text);  // `every`, `monday` ...
std::string_view schedule_word(size_t type);  // "starts"
// The same for one interface.
void retag_interface_words(Tokens& tokens, std::string_view text);
std::string_view interface_word(size_t type);  // "sends"
// The same for one route or sync.
void retag_route_words(Tokens& tokens, std::string_view text);
std::string_view route_word(size_t type);  // "writes"
// Gives the words of the `upgrades from` clauses of one workflow their meaning.
void retag_upgrade_words(Tokens& tokens, std::string_view text);
// Gives `answers RECORD` in the braces of tasks its meaning.
void retag_answer_words(Tokens& tokens, std::string_view text);

inline Span span_of(const antlr4::Token& token, SourceId source) {
  return {source, static_cast<uint32_t>(token.getStartIndex()), static_cast<uint32_t>(token.getStopIndex())};
}
inline std::string_view text_of(const antlr4::Token& token, std::string_view text) {
  return text.substr(token.getStartIndex(), token.getStopIndex() - token.getStartIndex());
}
inline bool is_keyword(size_t type) { return type >= Lexer::MODULE && type <= Lexer::LATER; }
inline bool is_name(size_t type) { return type == Lexer::NAME || type == Lexer::QUOTED_NAME; }

}  // namespace endcap::syntax
