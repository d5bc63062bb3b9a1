"""Reports in Indonesian and English, as saved pages or plain text: the page, what it says, and that as STIX.

Rules and gazetteers propose, each with the place in the text, the rule and a score. A person confirms or rejects.
Nothing is built on ethnicity, religion or belief; such phrases stay in the text and never become a label.
"""
