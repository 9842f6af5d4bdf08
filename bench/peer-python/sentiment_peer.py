"""Scores lines of standard input with one library: sentiment_peer.py vader|textblob|afinn.

Prints one number a line, then on standard error the seconds that the scoring alone took.
"""

import sys
import time


def scorer(name):
    if name == "vader":
        from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

        analyzer = SentimentIntensityAnalyzer()
        return lambda text: analyzer.polarity_scores(text)["compound"]
    if name == "textblob":
        from textblob import TextBlob

        return lambda text: TextBlob(text).sentiment.polarity
    if name == "afinn":
        from afinn import Afinn

        afinn = Afinn(emoticons=True)
        return afinn.score
    sys.exit(f"unknown library: {name}")


def main():
    score = scorer(sys.argv[1])
    lines = [line.rstrip("\n") for line in sys.stdin]
    score(lines[0])
    began = time.perf_counter()
    scores = [score(line) for line in lines]
    took = time.perf_counter() - began
    print("\n".join(str(value) for value in scores))
    print(took, file=sys.stderr)


if __name__ == "__main__":
    main()
