"""CSV files of any make: any encoding, delimiter, language of headings and form of dates."""
