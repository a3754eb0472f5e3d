// Lexing with byte positions: ANTLR counts code points, everything else counts bytes.
#include "compiler/syntax/tokens.h"

#include <algorithm>

namespace endcap::syntax {

namespace {

// Length of the well-formed UTF-8 sequence at `at`, 0 when there is none (overlong forms, surrogates, beyond
// U+10FFFF).
size_t sequence_length(std::string_view text, size_t at) {
  const auto byte = [&](size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  const auto follows = [&](size_t i, unsigned low = 0x80, unsigned high = 0xbf) {
    return byte(i) >= low && byte(i) <= high;
  };
  const unsigned first = byte(at);
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first <= 0xdf) return follows(at + 1) ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef) {
    const unsigned low = first == 0xe0 ? 0xa0 : 0x80;
    const unsigned high = first == 0xed ? 0x9f : 0xbf;
    return follows(at + 1, low, high) && follows(at + 2) ? 3 : 0;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    const unsigned low = first == 0xf0 ? 0x90 : 0x80;
    const unsigned high = first == 0xf4 ? 0x8f : 0xbf;
    return follows(at + 1, low, high) && follows(at + 2) && follows(at + 3) ? 4 : 0;
  }
  return 0;
}

struct Decoded {
  std::string text;               // every byte that is no UTF-8 replaced by `?`, so that offsets stay
  std::vector<uint32_t> offsets;  // byte offset of each code point; empty when all are one byte long
  std::optional<size_t> first_bad;
};

Decoded decode(std::string_view text) {
  Decoded result{std::string(text), {}, {}};
  if (std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; })) return result;
  result.offsets.reserve(text.size() + 1);
  for (size_t at = 0; at < text.size();) {
    size_t length = sequence_length(text, at);
    if (length == 0) {
      if (!result.first_bad) result.first_bad = at;
      result.text[at] = '?';
      length = 1;
    }
    result.offsets.push_back(static_cast<uint32_t>(at));
    at += length;
  }
  result.offsets.push_back(static_cast<uint32_t>(text.size()));
  return result;
}

// One diagnostic for what can't be a token at all; the parser then reads on as if it were whole.
void report_lexical(antlr4::CommonToken& token, std::string_view text, SourceId source,
                    Diagnostics& diagnostics) {
  const Span span = span_of(token, source);
  if (token.getType() == Lexer::UNCLOSED_TEXT) {
    diagnostics.emit(DiagnosticKind::UnclosedText, span, {"text", "\""});
    token.setType(Lexer::TEXT);
  } else if (token.getType() == Lexer::UNCLOSED_NAME) {
    diagnostics.emit(DiagnosticKind::UnclosedText, span, {"quoted name", "`"});
    token.setType(Lexer::QUOTED_NAME);
  } else if (token.getType() == Lexer::UNKNOWN) {
    const std::string character(text_of(token, text));
    auto& diagnostic = diagnostics.emit(DiagnosticKind::UnknownCharacter, span, {character});
    if (character == ";")
      diagnostic.note("A statement ends where the next one begins: there are no semicolons.");
    if (character == "#") diagnostic.note("A comment begins with `--` and a space.");
    if (character == "'" || character == "\u201c" || character == "\u201d")
      diagnostic.note("Text is written between straight double quotes.");
  }
}

}  // namespace

TokenisedFile tokenise(std::string_view text, SourceId source, Diagnostics& diagnostics) {
  const size_t skipped = text.starts_with("\xef\xbb\xbf") ? 3 : 0;
  const Decoded decoded = decode(text.substr(skipped));
  if (decoded.first_bad) {
    const auto at = static_cast<uint32_t>(*decoded.first_bad + skipped);
    diagnostics.emit(DiagnosticKind::NotUtf8, {source, at, at + 1});
  }
  TokenisedFile file;
  // The line end closes a comment `--` on the last line.
  file.input = std::make_unique<antlr4::ANTLRInputStream>(decoded.text + "\n");
  file.lexer = std::make_unique<Lexer>(file.input.get());
  file.lexer->removeErrorListeners();
  const auto byte_offset = [&](size_t code_point) {
    const size_t offset = decoded.offsets.empty()
                              ? code_point
                              : decoded.offsets[std::min(code_point, decoded.offsets.size() - 1)];
    return std::min(offset + skipped, text.size());
  };
  bool in_unknown = false;  // a run of characters that mean nothing is reported once
  for (auto token = file.lexer->nextToken(); token->getType() != antlr4::Token::EOF;
       token = file.lexer->nextToken()) {
    if (token->getChannel() != antlr4::Token::DEFAULT_CHANNEL) continue;
    std::unique_ptr<antlr4::CommonToken> own(static_cast<antlr4::CommonToken*>(token.release()));
    own->setStopIndex(byte_offset(own->getStopIndex() + 1));
    own->setStartIndex(byte_offset(own->getStartIndex()));
    const bool unknown = own->getType() == Lexer::UNKNOWN;
    if (!(unknown && in_unknown)) report_lexical(*own, text, source, diagnostics);
    in_unknown = unknown;
    if (!unknown) file.tokens.push_back(std::move(own));
  }
  retag_by_neighbours(file.tokens, text);
  return file;
}

}  // namespace endcap::syntax
