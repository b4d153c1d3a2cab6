"""Words that names, handles and bios are made of.

All lists are disjoint, so a handle reads back one way only.
"""

# ruff: noqa: SIM905 - a word list reads better as text than as a list of quoted words

from __future__ import annotations

FEMALE: tuple[str, ...] = tuple(
    """
    adaeze agnieszka aiko aisha alba alina amara amelie ananya anja astrid ayla beatriz bianca
    birgit camila carmen catarina chiara chloe claudia daniela daria deborah dilnoza dorota elena
    elif elisa emma esperanza esther eva fatima fiona freya gabriela giulia grace greta hana hannah
    heloise ines ingrid irina isabel ivana jana jasmina joana johanna julia kamala karolina katya
    keiko khadija klara lakshmi laura leila leonie linh lotte lucia ludmila magda maite malin mara
    margit maria marisol martina matilde megan mei meera mila miriam monika nadia naomi natalia
    ngozi nina noor olga paula petra priya rahel ramona rana renata rosa roza ruth sabine salma
    sanna sara selin shanti signe silvia sofia svetlana tamar tanja teresa thandi valeria vera
    wanjiru yasmin yuki zainab zofia
    """.split()
)

MALE: tuple[str, ...] = tuple(
    """
    abdul adrian ahmet alejandro amir andrzej anton arjun arne babak baptiste bastian benjamin bilal
    boris bruno caio carlos cedric christian cyril daichi damian daniel darko david diego dieter
    dmitri edgar eduardo emeka emil enzo eric esteban fabio farid felipe felix florian francisco
    gabor george gianni giorgio goran gustav hamid hans haruto hassan hector henrik hiroshi hugo
    ibrahim igor ismael ivan jakub jamal javier jens jerome joaquin jorge juan kacper karim kenji
    kofi konrad kwame lars leon lorenzo luca luis mahmoud manuel marco marek mateo matthias mehmet
    miguel mihai mohan nabil nikolai niklas olaf omar oskar pablo paolo pascal pavel pedro piotr
    rafael rahul rajesh ravi reza roberto samuel sanjay sergio stefan sven tariq tariku tomas tuan
    vikram viktor vincent yannick
    """.split()
)

NEUTRAL: tuple[str, ...] = tuple(
    """
    addison akira alex amal andy angel ari ariel ash ashley aubrey avery bailey beau billie blair
    bobbie brett brook cameron casey charlie chidi chris corey dakota dale dana dani deniz devin
    drew eden eli ellis emery emerson ezra finley frankie gael glenn hadley harley haru hayden
    hikaru ilya imani izumi jackie jaden jamie jay jess jesse jo jody jordan jules kai kamau kelly
    kendall kerry kim kiran kit kris lane lee lennon lesley logan lou makoto manu marley max mel
    micah mika milan morgan naoki nat nicky nikita noa nour oakley parker pat peyton phoenix quinn
    rami ray reese remy rene ridley riley rio robbie robin rory rowan ryan sacha sage sam sandy
    sasha shay shea sidney sky skyler sol
    """.split()
)

LAST: tuple[str, ...] = tuple(
    """
    abara abdi acosta adeyemi agarwal aguilar ahmadi akhtar alami albrecht almeida alvarez amari
    andersson andrade antonov aoki arslan asante aslan azevedo bae bakker balogun banerjee baptista
    barbosa barros bauer becker begum belmonte benali bergman bernard bhatt bianchi bjork blanc
    boateng bogdan bondar borges bose boucher brandt braun bui burke caballero campos cardoso
    carvalho castillo cerny chandra chaudhry chen cho choi cohen collins conti cordeiro correia
    costa cruz cunha dahl dang delgado demir deng desai devries diallo dias diaz dimitrov dogan
    doyle dubois duarte dumont eklund eriksen escobar esposito ferrari fischer fofana fontaine
    fonseca forsberg fournier franco fuentes fujita gallo garcia gauthier ghosh gomez goncalves
    gonzalez gordon grande greco guerra gupta gutierrez haas haddad hagen hakimi halloran hansen
    hara hashimoto haugen hayashi heinrich hernandez herrera hoang hofmann holm horvat hosseini
    huang hussain ibarra ibe ikeda ito iyer jafari janssen jensen jha jimenez johansson jovanovic
    kaczmarek kamara kang kapoor kato kaur kaya keita keller khalil khan kimura klein kobayashi koch
    kovacs kowalski kozlov kruger kumar kuznetsov lachance lambert larsen laurent lavoie leclerc
    lehmann leite lewandowski lim lindgren liu lombardi lopez lund machado malik mancini marino
    markovic marques martens martinez matos mbeki medina mehta meier melnyk mendes mensah meyer
    mishra mitchell moller molina moreau morales moretti mori mueller murphy mwangi nair nakamura
    navarro ndiaye neumann nguyen nielsen nkosi novak nowak obi ochoa odhiambo ogawa okafor okonkwo
    oliveira olsen ortega osei otieno owusu ozturk pacheco paz palmer papadakis park patel pereira
    petrov pham pinto popescu prasad quist rahman ramirez rao reddy reyes ricci rivera rizzo robles
    rocha romero rossi roy ruiz saito salazar santos sato schmidt schulz sen serrano shah sharma
    silva singh soares sokolov sorensen sousa suarez suzuki takahashi tanaka tavares teixeira toure
    tran ueda vargas varga vasquez vega verma vidal vogel volkov wagner wang weber wong yadav yamada
    yilmaz zhang zhou ziegler
    """.split()
)

ADJECTIVES: tuple[str, ...] = tuple(
    """
    amber ample ancient angular awake bald basic bitter blank blue blunt boiled bold bookish
    borrowed brave breezy brief bright brisk brittle broken bronze busy calm candid careful cheap
    chilly chosen civil clear clever cloudy clumsy coastal cold common copper cosy crisp crooked
    curious daily damp dapper daring dark decent deep dented distant dizzy double dreamy dry dusty
    eager early earnest eastern electric empty endless even faded fair fancy faint fast fearless
    final fluent foggy folded forgotten formal free frosty frugal funny gentle giant glad golden
    grainy grumpy half handy happy hasty hazy heavy hidden hollow honest humble hungry idle inky
    inner ivory jolly keen kind late lazy leafy lemon light linear little lively local lofty lonely
    loud loyal lucky lunar mellow mild minor misty modest mossy muddy narrow nearby neat nervous
    nimble noisy northern oaken odd offbeat olive open outer paper patient plain plucky polite
    proper proud quick quiet rainy rapid rare ready regular restless rocky round royal rusty salty
    sandstone scarlet second secret serious shady sharp shiny short silent silver simple sleepy slow
    small smoky snowy sober soft solar solid southern spare spicy square stable steady sticky stormy
    strange stubborn sturdy subtle sunny sweet swift tender thirsty tidy tiny tired tough tranquil
    true upbeat urban velvet vivid warm wavy weary western wild windy wise witty woolly yellow young
    zesty
    """.split()
)

NOUNS: tuple[str, ...] = tuple(
    """
    acorn almond anchor apron arrow atlas badger bagel balcony banjo barn basil basket beacon beetle
    bell bicycle biscuit bison blanket bobbin bottle bridge broom bucket button cabin cactus camel
    candle canoe canyon caravan cello cherry chestnut cinder clover cobalt comet compass copperpot
    cork cottage cricket crow cup daisy dolphin donkey door dragonfly drum dune eagle echo elm ember
    engine falcon feather fennel fern ferry fiddle fig finch flannel flask fountain fox garden gecko
    ginger glacier goat goose gravel guitar gull hammock harbor harvest hatchet hedgehog heron hill
    honey hornet igloo iris island jacket jaguar jigsaw juniper kayak kettle kite koala ladder
    lagoon lamp lantern lark lemur lentil library lily lizard llama lobster locket lynx magpie mango
    maple marble marmot meadow melon mitten moose moss mug mule mushroom napkin nettle newt nutmeg
    oak oatmeal ocelot onion orchard otter owl oyster paddle panda pancake panther parsley parsnip
    peach pebble pelican pencil penguin pepper piano pickle pigeon pillow pine plum pocket pond
    poplar poppy porch possum potato puffin puzzle quail quartz rabbit raccoon radio radish raven
    reed ribbon rooster rosemary saddle saffron salmon sandal satchel scarf shore shovel sparrow
    spoon spruce squid stapler starling stone stork swan tadpole teapot thimble thistle thunder
    ticket toad tomato trout trumpet tulip turnip turtle umbrella violin waffle wagon walnut walrus
    whale willow window yak yarn zebra
    """.split()
)


def _phrases(text: str) -> tuple[str, ...]:
    return tuple(phrase.strip() for phrase in " ".join(text.split()).split("|"))


PURSUITS: tuple[str, ...] = _phrases(
    """
    gardening | cycling | long walks | sourdough | chess | birdwatching | old maps | film cameras |
    crosswords | choir practice | five-a-side | allotments | open water | board games | second-hand
    books | jazz records | knitting | hiking | bad puns | strong coffee | night trains | pottery |
    pub quizzes | street food | running slowly | houseplants | radio drama | woodwork | dumplings |
    local history | bouldering | rescue dogs | city foxes | amateur astronomy | karaoke | fixing
    bikes | cryptic clues | beekeeping | spreadsheets | vintage synths | sea fishing | comics | tap
    dancing | urban sketching | homebrew | mushroom hunting | table tennis | slow cooking | ferries
    | typography
    """
)

JOBS: tuple[str, ...] = _phrases(
    """
    nurse | bus driver | teacher | electrician | translator | barista | librarian | carpenter |
    accountant | paramedic | web developer | postman | sign painter | chef | lab technician | social
    worker | farmer | plumber | midwife | architect | shop owner | researcher | train conductor |
    physio | bookseller | warehouse picker | graphic designer | vet | roofer | civil servant |
    musician | gardener | dentist | data analyst | care worker | welder | journalist | florist |
    surveyor | baker
    """
)

TOWNS: tuple[str, ...] = _phrases(
    """
    Ambervale | Brackenford | Castermouth | Dunmere | Eastholm | Fennwick | Garrowby | Halden Bay |
    Ivermoor | Kestrel Bay | Larkhaven | Marrowgate | Northmere | Oldwater | Pellingham | Quarrydown
    | Ravensholt | Saltmarsh | Tarnbridge | Upper Wyle | Vellin | Westerby | Yarrow Cross | Zellmoor
    """
)
